import { dirname } from 'node:path';
import type { LoadEnvironment, PathLook } from './environment.ts';
import type { Findings } from './findings.ts';
import { showPath } from './wording.ts';

/** Tells at `query-log.to` when the log's thread will refuse this file. `file`: absolute. */
export function tellOfLogFile(file: string, environment: LoadEnvironment, findings: Findings): void {
  const look = environment.lookAt(file);
  if (look !== undefined) {
    const fault = fileFault(file, look);
    if (fault !== undefined) findings.error('CONFIG_VALUE', TO, `${showPath(file)} ${fault}`);
    return;
  }
  const folder = dirname(file);
  const kind = environment.lookAt(folder)?.kind;
  if (kind === 'directory' || kind === 'link') return;
  // Whoever starts the process may make it first, as systemd does for `/var/log/meridian`.
  const message = `there is no folder ${showPath(folder)}; nothing is logged until there is`;
  findings.warning('CONFIG_VALUE', TO, message);
}

/** The same for a socket. A link to one is followed, and where nothing is yet a reader may come. */
export function tellOfLogSocket(socket: string, environment: LoadEnvironment, findings: Findings): void {
  const kind = environment.lookAt(socket)?.kind;
  if (kind === undefined || kind === 'socket' || kind === 'link') return;
  findings.error(
    'CONFIG_VALUE',
    TO,
    `${showPath(socket)} is a ${nouns[kind]}; wanted a socket that somebody reads`,
  );
}

function fileFault(path: string, { kind, file }: PathLook): string | undefined {
  if (kind === 'file') return undefined;
  if (kind === 'socket') return `is a socket; wanted a regular file, or ${showPath(`unix:${path}`)}`;
  if (kind !== 'link') return `is a ${nouns[kind]}; wanted a regular file`;
  return file === undefined
    ? 'is a symbolic link, and to no regular file; wanted the path of a regular file'
    : `is a symbolic link, and the log is not written through one; write ${showPath(file)}`;
}

const TO = ['query-log', 'to'];
const nouns = { file: 'regular file', directory: 'directory', other: 'device or a pipe' } as const;
