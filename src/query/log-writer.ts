import { Random } from '../runtime/random.ts';
import { createLogRing, DROPPED, HEADER_BYTES, RingWord, SLOT_WORDS } from './log-layout.ts';

/** A worker's end of its log ring. Allocates nothing after its construction; never waits. */
export class LogWriter {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;
  /** When the batch at hand was received, milliseconds since 1970. */
  timeMs = 0;
  private readonly mask: number;
  private readonly random: Random;
  private readonly now: () => number;
  private head: number;
  /** The reader's place as last seen: looked up again only when the ring seems full. */
  private tail: number;

  /** `now`: milliseconds since 1970. */
  constructor(ring: SharedArrayBuffer, seed: number, now: () => number) {
    this.words = new Int32Array(ring);
    this.bytes = new Uint8Array(ring);
    this.doubles = new Float64Array(ring);
    this.mask = this.words[RingWord.SLOTS]! - 1;
    this.random = new Random(seed ^ SEED);
    this.now = now;
    // A worker that was started again goes on where its last life ended.
    this.head = Atomics.load(this.words, RingWord.HEAD);
    this.tail = Atomics.load(this.words, RingWord.TAIL);
  }

  /** Not 0 while queries are logged: all that a query costs while they are not. */
  get share(): number {
    return this.words[RingWord.SHARE]!;
  }

  /** Notes the time, once for each batch of queries: a clock's answer is an allocation. */
  stamp(): void {
    if (this.words[RingWord.SHARE] !== 0) this.timeMs = this.now();
  }

  /** Whether this query is in the sample. */
  draw(): boolean {
    const share = this.words[RingWord.SHARE]!;
    return share === -1 || this.random.next() < share >>> 0;
  }

  /** First word of the next slot; −1, and a drop counted, when the reader has fallen behind by the whole ring. */
  claim(): number {
    if (((this.head - this.tail) | 0) > this.mask) {
      this.tail = Atomics.load(this.words, RingWord.TAIL);
      if (((this.head - this.tail) | 0) > this.mask) {
        this.doubles[DROPPED]!++;
        return -1;
      }
    }
    return HEADER_BYTES / 4 + (this.head & this.mask) * SLOT_WORDS;
  }

  /** Hands the claimed slot to the reader: what was written before is seen with it. */
  commit(): void {
    this.head = (this.head + 1) | 0;
    Atomics.store(this.words, RingWord.HEAD, this.head);
  }
}

/** Sampling must not follow the choices of weighted policies, which are drawn from the worker's own seed. */
const SEED = 0x5bd1e995;

/** For a context whose queries nobody logs. */
export const noLog = new LogWriter(createLogRing(1), 1, () => 0);
