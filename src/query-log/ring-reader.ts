import { HEADER_BYTES, RecordWord, RingWord, SLOT_WORDS } from '../query/log-layout.ts';
import { type LogRecord, readRecord } from './record.ts';

/** The log thread's end of a ring. */
export class RingReader {
  readonly ring: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly doubles: Float64Array;
  private readonly mask: number;
  private tail: number;
  /** Records up to here may be taken. */
  private marked: number;

  constructor(ring: SharedArrayBuffer) {
    this.ring = ring;
    this.words = new Int32Array(ring);
    this.bytes = new Uint8Array(ring);
    this.doubles = new Float64Array(ring);
    this.mask = this.words[RingWord.SLOTS]! - 1;
    this.tail = Atomics.load(this.words, RingWord.TAIL);
    this.marked = this.tail;
  }

  /** Lets `take` go as far as the writer is now. */
  mark(): void {
    this.marked = Atomics.load(this.words, RingWord.HEAD);
  }

  /** How many records are left of what was marked. */
  get left(): number {
    return (this.marked - this.tail) | 0;
  }

  /** Moves the oldest record out of the ring; false when there is none before the mark. */
  take(record: LogRecord): boolean {
    if (this.tail === this.marked) return false;
    const at = HEADER_BYTES / 4 + (this.tail & this.mask) * SLOT_WORDS;
    record.timeMs = this.doubles[(at + RecordWord.TIME) >>> 1]!;
    readRecord(this.words, this.bytes, at, record);
    this.tail = (this.tail + 1) | 0;
    // Only now may the writer use the slot again.
    Atomics.store(this.words, RingWord.TAIL, this.tail);
    return true;
  }
}
