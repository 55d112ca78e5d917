import { assert } from '../runtime/assert.ts';
import { limits } from '../runtime/limits.ts';

/**
 * The ring through which one worker hands the queries that are to be logged to the log thread: shared memory, one
 * writer (`log-writer.ts`), one reader (`query-log/ring-reader.ts`).
 *
 *   header  words that different threads write, two cache lines apart
 *   slots   a power of two of them, `SLOT_BYTES` each: `RecordWord`, then the name
 *
 * HEAD and TAIL count slots written and slots read, modulo 2³². The writer owns HEAD and DROPPED, the reader TAIL.
 * SHARE belongs to the main thread: turning the log on or off is one store into each ring.
 */
export const RingWord = {
  /** Share of the queries to be logged, of 2³²; 0: none, −1: all. */
  SHARE: 0,
  SLOTS: 1,
  HEAD: 32,
  TAIL: 64,
} as const;

/** Index, in doubles, of the records for which there was no room. */
export const DROPPED = 17;

export const HEADER_BYTES = 384;

/** Words of a slot. Pairs in one word: the first in the upper half. */
export const RecordWord = {
  /** A double: milliseconds since 1970. */
  TIME: 0,
  GENERATION: 2,
  /** The client's address as in `QuerySource`. */
  CLIENT: 3,
  /** Port, then transport and family in a byte each. */
  PEER: 7,
  /** Type, class. 0 without a question. */
  QUESTION: 8,
  /** The query's id, the answer's flags. */
  ID_FLAGS: 9,
  /** Extended response code, size of the answer. */
  OUTCOME: 10,
  /** Indexes in the order of the config; −1 for none. */
  POLICY: 11,
  REGION: 12,
  /** The requestor's payload size; 1 with EDNS, 2 more with DNSSEC OK. */
  EDNS: 13,
  /** Client subnet: family, source prefix and scope prefix in a byte each. 0 for none. */
  SUBNET: 14,
  SUBNET_ADDRESS: 15,
  /** Bytes of the question's name; 0 without a question. */
  NAME_LENGTH: 19,
  NAME: 20,
} as const;

const SLOT_BYTES = 384;
export const SLOT_WORDS = SLOT_BYTES / 4;

/** A ring that logs nothing yet. Its memory costs nothing until it is written. */
export function createLogRing(slots: number = limits.queryLogSlots): SharedArrayBuffer {
  assert((slots & (slots - 1)) === 0, 'a ring has a power of two of slots');
  const ring = new SharedArrayBuffer(HEADER_BYTES + slots * SLOT_BYTES);
  new Int32Array(ring)[RingWord.SLOTS] = slots;
  return ring;
}

/** `share`: from 0, which turns the log off, to 1. */
export function setLogShare(ring: SharedArrayBuffer, share: number): void {
  const word = share >= 1 ? -1 : Math.max(share > 0 ? 1 : 0, Math.floor(share * 2 ** 32)) | 0;
  Atomics.store(new Int32Array(ring), RingWord.SHARE, word);
}

/** Records that the reader has not taken yet. */
export function unreadOf(ring: SharedArrayBuffer): number {
  const words = new Int32Array(ring);
  return (Atomics.load(words, RingWord.HEAD) - Atomics.load(words, RingWord.TAIL)) | 0;
}

/** Records that were dropped because the ring was full. */
export function droppedOf(ring: SharedArrayBuffer): number {
  return new Float64Array(ring)[DROPPED]!;
}
