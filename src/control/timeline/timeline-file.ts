import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../runtime/limits.ts';
import { parseEvent, type TimelineEvent } from './event.ts';

const newName = 'timeline.jsonl';
const oldName = 'timeline.1.jsonl';
const newline = 0x0a;

/**
 * Events as lines of JSON in the state directory: `timeline.jsonl`, and `timeline.1.jsonl` that it became when it was
 * full. Lines are only ever added, so that a process that is killed at any byte leaves whole lines and at most one torn.
 */
export class TimelineFile {
  private readonly directory: string;
  private file: FileHandle | undefined;
  /** Bytes of whole lines. */
  private size = 0;
  /** A write failed midway: what it left behind `size` has to go. */
  private isRagged = false;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** All events that can be read, oldest first, and what was wrong, each in one line. Never rejects. */
  async open(): Promise<{ readonly events: TimelineEvent[]; readonly problems: string[] }> {
    const events = new Map<number, TimelineEvent>();
    const problems: string[] = [];
    const read = async (name: string, file: FileHandle): Promise<void> => {
      const { lines, torn, problem } = await readLines(file);
      const path = join(this.directory, name);
      if (problem !== undefined) problems.push(`${path}: ${problem}`);
      if (torn > 0) problems.push(`${path}: the last line was torn after ${torn} bytes and is dropped`);
      const found = lines.map(parseEvent);
      for (const event of found) if (event !== undefined) events.set(event.id, event);
      const faulty = found.filter((event) => event === undefined).length;
      if (faulty > 0) problems.push(`${path}: ${faulty} lines are no events and are left out`);
    };
    try {
      const old = await openRegular(join(this.directory, oldName), constants.O_RDONLY);
      if (old !== undefined) await read(oldName, old).finally(() => old.close());
    } catch (error) {
      problems.push(`${join(this.directory, oldName)} is ignored: ${textOf(error)}`);
    }
    try {
      await read(newName, await this.openNewest());
    } catch (error) {
      problems.push(this.cannotWrite(error));
    }
    return { events: [...events.values()].sort((a, b) => a.id - b.id), problems };
  }

  /** Adds lines, each with its newline; on disk when it resolves. Returns a problem in one line; nothing is added then. */
  async append(lines: readonly string[]): Promise<string | undefined> {
    const block = Buffer.from(lines.join(''));
    try {
      await this.openNewest();
      if (this.size > 0 && this.size + block.length > limits.timelineFileBytes) await this.rotate();
      const file = await this.openNewest();
      if (this.isRagged) await file.truncate(this.size);
      this.isRagged = true;
      for (let done = 0; done < block.length; ) {
        done += (await file.write(block, done, block.length - done, this.size + done)).bytesWritten;
      }
      await file.datasync();
      this.size += block.length;
      this.isRagged = false;
      return undefined;
    } catch (error) {
      return this.cannotWrite(error);
    }
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close().catch(() => {});
  }

  private async openNewest(): Promise<FileHandle> {
    if (this.file !== undefined) return this.file;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const flags = constants.O_RDWR | constants.O_CREAT;
    const file = (await openRegular(join(this.directory, newName), flags))!;
    await file.chmod(0o600);
    this.size = await endOfLines(file);
    this.isRagged = true;
    this.file = file;
    return file;
  }

  private async rotate(): Promise<void> {
    await this.close();
    await rename(join(this.directory, newName), join(this.directory, oldName));
  }

  private cannotWrite(error: unknown): string {
    return `${join(this.directory, newName)} cannot be written, events will not survive a restart: ${textOf(error)}`;
  }
}

/** Undefined when there is none. Throws for a link, a pipe and whatever else is no file. */
async function openRegular(path: string, flags: number): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // Not blocking: a pipe in its place would wait for whoever is at the other end.
    file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error('it is not a regular file');
}

interface Lines {
  readonly lines: string[];
  /** Bytes behind the last newline. */
  readonly torn: number;
  readonly problem: string | undefined;
}

/** The lines of a file, of one that is too large those at its end. */
async function readLines(file: FileHandle): Promise<Lines> {
  const { size } = await file.stat();
  const bytes = await readBlock(file, Math.max(0, size - limits.timelineFileBytes), size);
  const end = bytes.lastIndexOf(newline) + 1;
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const isLarge = size > bytes.length;
  if (isLarge) lines.shift();
  const problem = isLarge
    ? `it is larger than ${limits.timelineFileBytes} bytes: only its end is read`
    : undefined;
  return { lines, torn: bytes.length - end, problem };
}

/** Where the last newline ends; 0 when there is none near the end. */
async function endOfLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const from = Math.max(0, size - limits.timelineFileBytes);
  const found = (await readBlock(file, from, size)).lastIndexOf(newline);
  return found < 0 ? 0 : from + found + 1;
}

async function readBlock(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const block = Buffer.alloc(to - from);
  let length = 0;
  while (length < block.length) {
    const { bytesRead } = await file.read(block, length, block.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return block.subarray(0, length);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
