import * as fs from 'node:fs';

/** What is asked of the file system: passed in, so that a test can fill a disk. */
export type FileSystem = Pick<
  typeof fs,
  'openSync' | 'closeSync' | 'fstatSync' | 'lstatSync' | 'ftruncateSync' | 'renameSync' | 'writeSync'
>;

/** A log file that is open for appending. */
export interface OpenLog {
  readonly fd: number;
  readonly device: number;
  readonly inode: number;
  /** As found. */
  readonly bytes: number;
}

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Opens a file for appending; makes it, for owner and group alone, when it is not there. Throws for a symbolic link,
 * and for all that is no regular file: a pipe would block, a link can lead into any file that we may write.
 */
export function openLog(files: FileSystem, path: string): OpenLog {
  const fd = files.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o640);
  try {
    const stat = files.fstatSync(fd);
    if (!stat.isFile()) throw new Error('not a regular file');
    return { fd, device: stat.dev, inode: stat.ino, bytes: stat.size };
  } catch (error) {
    files.closeSync(fd);
    throw error;
  }
}

/** Whether the path still leads to the open file. */
export function isAt(files: FileSystem, path: string, open: OpenLog): boolean {
  try {
    const stat = files.lstatSync(path);
    return stat.ino === open.inode && stat.dev === open.device;
  } catch {
    return false;
  }
}

/** Makes room at `path`: it becomes `path.1`, that becomes `path.2`, and the one before `path.keep` is lost. */
export function shiftLogs(files: FileSystem, path: string, keep: number): void {
  for (let i = keep - 1; i >= 0; i--) {
    try {
      files.renameSync(i === 0 ? path : `${path}.${i}`, `${path}.${i + 1}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Appends all of `bytes`, or nothing of it: then it throws. */
export function appendWhole(files: FileSystem, fd: number, bytes: Uint8Array): void {
  let done = 0;
  try {
    while (done < bytes.length) {
      const written = files.writeSync(fd, bytes, done, bytes.length - done);
      if (written <= 0) throw new Error('nothing was written');
      done += written;
    }
  } catch (error) {
    if (done > 0) files.ftruncateSync(fd, Math.max(0, files.fstatSync(fd).size - done));
    throw error;
  }
}
