import type { MeasuredLoad } from '../../config/policy-model.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DueTimer } from '../../runtime/due-timer.ts';
import { limits } from '../../runtime/limits.ts';
import type { Random } from '../../runtime/random.ts';
import { DueQueue } from '../due-queue.ts';
import type { NumberRead } from '../values/value.ts';

/** Where a number is read again and again: a load, a replication lag. */
export interface LoadLike {
  readonly kind: string;
  readonly url: string;
  readonly query: string;
  readonly everyMs: number;
  readonly keepMs: number;
}

export interface LoadTableParts<S extends LoadLike> {
  readonly clock: Clock;
  readonly random: Random;
  /** Never rejects. */
  readonly read: (source: S, signal: AbortSignal) => Promise<NumberRead>;
  /** After each reading, with or without a value. */
  readonly onReading: (source: S) => void;
  /** A source gives no value any more, and why; or, with undefined, gives one again. */
  readonly tell: (source: S, fault: string | undefined) => void;
}

/** The newest value of a source. */
export interface Load {
  readonly value: number;
  readonly ageMs: number;
  /** Counts values, so that one is not taken for another that is equal. */
  readonly reading: number;
}

/** What a source said last, for people. */
export interface LoadReport<S extends LoadLike = MeasuredLoad> {
  readonly source: S;
  readonly load: Load | undefined;
  /** Why the newest reading gave no value; undefined when it gave one, and before the first. */
  readonly error: string | undefined;
}

/** Share of the interval by which a reading may come early. */
const jitter = 0.1;

/**
 * Reads each different source once in its interval, however many regions name it, and keeps the newest value. At most
 * `limits.loadsAtOnce` readings are in flight; a source is not read again before its last reading has ended.
 */
export class LoadTable<S extends LoadLike = MeasuredLoad> {
  private readonly parts: LoadTableParts<S>;
  private readonly queue = new DueQueue<Reader<S>>();
  private readers = new Map<string, Reader<S>>();
  private inFlight = 0;
  private readonly timer: DueTimer;

  constructor(parts: LoadTableParts<S>) {
    this.parts = parts;
    this.timer = new DueTimer(parts.clock, () => this.beginDue());
  }

  /** Takes over the sources of a new config; those that stay go on undisturbed, new ones are read at once. */
  update(sources: readonly S[]): void {
    const old = this.readers;
    this.readers = new Map();
    for (const [key, source] of distinct(sources)) {
      const known = old.get(key);
      old.delete(key);
      const reader = known ?? new Reader(source);
      reader.source = source;
      this.readers.set(key, reader);
      if (known === undefined) this.queue.push(this.parts.clock.monotonicMs(), reader);
    }
    for (const reader of old.values()) reader.end();
    this.arm();
  }

  stop(): void {
    for (const reader of this.readers.values()) reader.end();
    this.readers.clear();
    this.queue.clear();
    this.timer.cancel();
  }

  /** Undefined, and so neutral, when there is no value that is at most `source.keepMs` old. */
  loadOf(source: S): Load | undefined {
    const load = this.readers.get(keyOf(source))?.load(this.parts.clock.monotonicMs());
    return load !== undefined && load.ageMs <= source.keepMs ? load : undefined;
  }

  /** Why the newest reading gave no value; undefined when it gave one, and before the first. */
  faultOf(source: S): string | undefined {
    return this.readers.get(keyOf(source))?.error;
  }

  reports(): LoadReport<S>[] {
    const nowMs = this.parts.clock.monotonicMs();
    return [...this.readers.values()].map((reader) => ({
      source: reader.source,
      load: reader.load(nowMs),
      error: reader.error,
    }));
  }

  private beginDue(): void {
    while (this.inFlight < limits.loadsAtOnce) {
      const reader = this.queue.take(this.parts.clock.monotonicMs());
      if (reader === undefined) break;
      if (!reader.ended) this.begin(reader);
    }
    this.arm();
  }

  private begin(reader: Reader<S>): void {
    const { clock, random, read, onReading, tell } = this.parts;
    const { source } = reader;
    const beganMs = clock.monotonicMs();
    this.inFlight += 1;
    read(source, reader.signal).then((result) => {
      this.inFlight -= 1;
      if (!reader.ended) {
        const before = reader.error;
        reader.take(result, clock.monotonicMs());
        if ((before === undefined) !== (reader.error === undefined)) tell(reader.source, reader.error);
        const delayMs = reader.source.everyMs * (1 - jitter * random.fraction());
        this.queue.push(Math.max(beganMs + delayMs, clock.monotonicMs()), reader);
        onReading(reader.source);
      }
      this.arm();
    });
  }

  /** Sets the one timer for the first reading in the queue; without a free slot the next end of one arms it. */
  private arm(): void {
    const dueMs = this.queue.firstDueMs;
    if (dueMs !== undefined && this.inFlight < limits.loadsAtOnce) this.timer.set(dueMs);
  }
}

/** One source, and what it said. */
class Reader<S extends LoadLike> {
  source: S;
  error: string | undefined;
  private readonly controller = new AbortController();
  private value: number | undefined;
  private takenMs = 0;
  private reading = 0;

  constructor(source: S) {
    this.source = source;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get ended(): boolean {
    return this.controller.signal.aborted;
  }

  end(): void {
    this.controller.abort();
  }

  take(result: NumberRead, nowMs: number): void {
    this.error = result.ok ? undefined : result.reason;
    if (!result.ok) return;
    this.value = result.value;
    this.takenMs = nowMs;
    this.reading += 1;
  }

  load(nowMs: number): Load | undefined {
    if (this.value === undefined) return undefined;
    return { value: this.value, ageMs: nowMs - this.takenMs, reading: this.reading };
  }
}

/** By key, at most `limits.loadSources`; of equal ones that which is read most often. */
function distinct<S extends LoadLike>(sources: readonly S[]): Map<string, S> {
  const found = new Map<string, S>();
  for (const source of sources) {
    const key = keyOf(source);
    const other = found.get(key);
    if (other === undefined ? found.size < limits.loadSources : source.everyMs < other.everyMs)
      found.set(key, source);
  }
  return found;
}

function keyOf({ kind, url, query }: LoadLike): string {
  return JSON.stringify([kind, url, query]);
}
