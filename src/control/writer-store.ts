import { join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import { entriesOf, readStateFile, writeStateFile } from '../runtime/state-file.ts';
import type { WriterRecord } from '../steering/single-writer.ts';

/** `pool`: whose endpoints and regions the names of owners are; empty where pools are owners. */
export interface StoredWriter extends WriterRecord {
  readonly pool: string;
}

/** Who owns what, by policy, over a restart. */
export interface WriterStore {
  policies(): string[];
  /** What a policy left behind. */
  recordOf(policy: string): StoredWriter | undefined;
  /** Resolves with why it could not, in one line, when the record is not certainly on disk. `undefined` takes it out. */
  save(policy: string, record: StoredWriter | undefined): Promise<string | undefined>;
}

const fileName = 'writers.json';
const version = 2;
const consequence = 'single writers answer nobody until a TTL and their margin have passed';

/** `writers.json` of the state directory. A file that cannot be used is told to `warn` and holds nothing. */
export async function openWriterStore(directory: string, warn: (text: string) => void): Promise<WriterStore> {
  const read = await readStateFile(directory, fileName, limits.writerFileBytes);
  if ('problem' in read) warn(`${read.problem}; ${consequence}`);
  const text = 'problem' in read ? undefined : read.text;
  const records = text === undefined ? new Map<string, StoredWriter>() : parse(text);
  if (records === undefined)
    warn(
      `${join(directory, fileName)} is ignored: it is not a file of writers of version ${version}; ${consequence}`,
    );
  return new FileStore(directory, records ?? new Map());
}

class FileStore implements WriterStore {
  private readonly directory: string;
  private readonly records: Map<string, StoredWriter>;
  private readonly removedIn = new Map<string, number>();
  private turns = 0;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(directory: string, records: Map<string, StoredWriter>) {
    this.directory = directory;
    this.records = records;
  }

  policies(): string[] {
    return [...this.records.keys()];
  }

  recordOf(policy: string): StoredWriter | undefined {
    return this.records.get(policy);
  }

  /** One write at a time: each has all records of those before it. */
  save(policy: string, record: StoredWriter | undefined): Promise<string | undefined> {
    const turn = ++this.turns;
    // Not to be believed from now on, whatever the disk has, and whatever waits to be written.
    if (record === undefined) {
      this.records.delete(policy);
      this.removedIn.set(policy, turn);
    }
    const written = this.writing.then(async () => {
      const before = this.records.get(policy);
      const isNewest = turn >= (this.removedIn.get(policy) ?? 0);
      if (isNewest) this.put(policy, record);
      const entries = [...this.records].map(([name, one]) => ({ policy: name, ...one }));
      const text = `${JSON.stringify({ version, entries })}\n`;
      const problem = await writeStateFile(this.directory, fileName, text);
      if (problem !== undefined && record !== undefined && isNewest) this.put(policy, before);
      return problem;
    });
    this.writing = written;
    return written;
  }

  private put(policy: string, record: StoredWriter | undefined): void {
    if (record === undefined) this.records.delete(policy);
    else this.records.set(policy, record);
  }
}

/** Undefined when it is anything else; a file that is wrong in part is wrong. */
function parse(text: string): Map<string, StoredWriter> | undefined {
  const entries = entriesOf(text, version);
  if (entries === undefined) return undefined;
  const records = new Map<string, StoredWriter>();
  for (const entry of entries) {
    const record = recordIn(entry);
    if (record === undefined) return undefined;
    const { policy, ...own } = record;
    records.set(policy, own);
  }
  return records;
}

function recordIn(entry: unknown): (StoredWriter & { readonly policy: string }) | undefined {
  if (!isObject(entry)) return undefined;
  const { policy, pool, owner, epoch, lastEpoch, ttlSeconds } = entry;
  if (typeof policy !== 'string' || typeof pool !== 'string') return undefined;
  if (owner !== undefined && typeof owner !== 'string') return undefined;
  if (!isCount(epoch) || !isCount(lastEpoch) || !isCount(ttlSeconds) || lastEpoch < epoch) return undefined;
  return { policy, pool, owner, epoch, lastEpoch, ttlSeconds };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** An object of which nothing is known but the keys that are looked at here. */
function isObject(value: unknown): value is Partial<Record<'policy' | keyof StoredWriter, unknown>> {
  return typeof value === 'object' && value !== null;
}
