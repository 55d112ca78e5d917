import { resolve } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readNamedFile } from './named-file.ts';
import { warnOfReaders } from './private-file.ts';
import type { Path } from './source.ts';
import { showName, showPath } from './wording.ts';

/**
 * The secrets in a file, 16 bytes each, in its order: 32 hexadecimal digits on a line, blank lines and what follows a
 * `#` aside. Undefined after an error at `path`, which never shows what the file holds.
 */
export function readCookieSecrets(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): Uint8Array[] | undefined {
  const text = readNamedFile(file, limits.cookieFileBytes, path, environment, base, findings);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().toLowerCase());
  const faults = faultsOf(lines).map(([line, fault]) => `${showPath(`${file}:${line}`)} ${fault}`);
  const secrets = lines.filter((line) => line !== '');
  if (secrets.length < 1 || secrets.length > limits.cookieSecrets)
    faults.push(`${showName(file)} holds ${secrets.length} secrets; wanted 1 to ${limits.cookieSecrets}`);
  for (const fault of faults) findings.error('CONFIG_VALUE', path, fault);
  if (faults.length > 0) return undefined;
  warnOfReaders(file, resolve(base, file), path, environment, findings);
  return secrets.map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
}

/** By line, from 1 on. */
function faultsOf(lines: readonly string[]): [number, string][] {
  return lines.flatMap((line, i): [number, string][] => {
    const fault = line === '' ? undefined : faultOf(line, lines.indexOf(line), i);
    return fault === undefined ? [] : [[i + 1, fault]];
  });
}

function faultOf(line: string, first: number, at: number): string | undefined {
  if (!/^[0-9a-f]{32}$/.test(line)) return 'is no secret; wanted 32 hexadecimal digits';
  if (/^0+$/.test(line))
    return 'is all zeros, which everybody can guess; `openssl rand -hex 16` makes a secret';
  return first < at ? `is the secret of line ${first + 1} again` : undefined;
}
