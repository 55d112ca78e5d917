import { statSync } from 'node:fs';

/** A file as it was just before it was read. */
export interface SeenFile {
  readonly path: string;
  readonly signature: string;
}

/** To be called before reading: a change in between then shows, where one after reading could stay unseen. */
export function seeFile(path: string): SeenFile {
  return { path, signature: signatureOf(path) };
}

/** Changes when the file's content does, or when another file takes its place. Never throws. */
export function signatureOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    return stat === undefined ? 'absent' : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  } catch (error) {
    return `unreadable: ${(error as NodeJS.ErrnoException).code}`;
  }
}
