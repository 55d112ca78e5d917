import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { limits } from '../runtime/limits.ts';

/** What `$INCLUDE` gets for a path: the file, or why it does not. */
export type Included = { readonly file: string; readonly bytes: Uint8Array } | { readonly reason: string };

/** The file system as this module needs it; that of Node fits. */
export interface IncludeFiles {
  realpathSync(path: string): string;
  statSync(path: string): { isFile(): boolean; readonly size: number };
  readFileSync(path: string): Uint8Array;
}

/**
 * Reads files for the `$INCLUDE` lines of one zone file. Paths are relative to the zone file's folder, and
 * what they lead to must lie in that folder after symbolic links are followed: a zone file from somebody else
 * cannot make the server read, and publish, another file of the machine.
 */
export function includeReader(zoneFile: string, files: IncludeFiles): (path: string) => Included {
  return (path) => {
    try {
      const folder = files.realpathSync(dirname(zoneFile));
      const file = files.realpathSync(resolve(folder, path));
      const inside = relative(folder, file);
      if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
        return { reason: 'the file is outside the folder of the zone file' };
      }
      const status = files.statSync(file);
      if (!status.isFile()) return { reason: 'it is not a regular file' };
      if (status.size > limits.zoneFileBytes)
        return { reason: `it is larger than ${limits.zoneFileBytes} bytes` };
      return { file, bytes: files.readFileSync(file) };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  };
}
