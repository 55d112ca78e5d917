import type { RateLimits } from '../snapshot/settings.ts';
import type { QuerySource } from './source.ts';

/** What may happen to an answer that is ready to be sent over UDP. */
export const Verdict = {
  SEND: 0,
  /** No answer at all. */
  DROP: 1,
  /** An empty answer with TC: a true client asks again over TCP, a forged one is worth nothing to its forger. */
  SLIP: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Answers of one kind to one network share a bucket. */
export const AnswerKind = { POSITIVE: 0, NEGATIVE: 1, ERROR: 2 } as const;
export type AnswerKind = (typeof AnswerKind)[keyof typeof AnswerKind];

/** Networks × kinds that one worker keeps apart; 1 MiB. More share by displacing who was idle longest. */
const SETS = 16_384;
const WAYS = 4;
const TAG = 0;
const STAMP = 1;
const TOKENS = 2;
const BUCKET = 4;

/** Tokens are counted in parts, so that a rate needs no fractions. */
const PARTS = 1_000;

/** A burst of so many seconds' worth is let through. */
const BURST_SECONDS = 2;

/**
 * Response rate limiting with token buckets. The memory is fixed; a bucket is found by a hash with a secret seed, so
 * that nobody can choose whose bucket he lands in. One object per worker, nothing is allocated per answer.
 */
export class RateLimiter {
  private readonly buckets = new Int32Array(SETS * WAYS * BUCKET);
  private readonly seed: number;
  private limits: RateLimits;
  private slipped = 0;

  constructor(limits: RateLimits, seed: number) {
    this.limits = limits;
    this.seed = seed;
  }

  /** Takes other limits; buckets keep their state. */
  configure(limits: RateLimits): void {
    this.limits = limits;
  }

  /**
   * Takes one answer from its bucket. `nameKey` keeps apart what a resolver of many users asks for: positive answers
   * by name, negative ones by zone; 0 for errors. `nowMs` is monotonic and may wrap at 32 bits.
   */
  take(source: QuerySource, kind: AnswerKind, nameKey: number, nowMs: number): Verdict {
    const perSecond = this.limits.perSecond[kind];
    if (perSecond === 0) return Verdict.SEND;
    const tag = this.hash(source, kind, nameKey);
    const full = perSecond * BURST_SECONDS * PARTS;
    const bucket = this.find(tag, nowMs | 0, full);
    const buckets = this.buckets;
    const elapsed = Math.max(0, ((nowMs | 0) - buckets[bucket + STAMP]!) | 0);
    // perSecond answers a second are perSecond parts of an answer a millisecond.
    const tokens = Math.min(
      full,
      buckets[bucket + TOKENS]! + Math.min(elapsed, 1_000 * BURST_SECONDS) * perSecond,
    );
    buckets[bucket + STAMP] = nowMs | 0;
    if (tokens >= PARTS) {
      buckets[bucket + TOKENS] = tokens - PARTS;
      return Verdict.SEND;
    }
    buckets[bucket + TOKENS] = tokens;
    const { slip } = this.limits;
    if (slip === 0) return Verdict.DROP;
    this.slipped = (this.slipped + 1) % slip;
    return this.slipped === 0 ? Verdict.SLIP : Verdict.DROP;
  }

  /** The bucket of a tag; when it has none, that of the set which was idle longest becomes its own, full. */
  private find(tag: number, nowMs: number, full: number): number {
    const buckets = this.buckets;
    const first = ((tag >>> 8) % SETS) * WAYS * BUCKET;
    let oldest = first;
    let oldestAge = -1;
    for (let way = 0; way < WAYS; way++) {
      const bucket = first + way * BUCKET;
      if (buckets[bucket + TAG] === tag) return bucket;
      const age = (nowMs - buckets[bucket + STAMP]!) >>> 0;
      if (age > oldestAge) {
        oldestAge = age;
        oldest = bucket;
      }
    }
    buckets[oldest + TAG] = tag;
    buckets[oldest + STAMP] = nowMs;
    buckets[oldest + TOKENS] = full;
    return oldest;
  }

  /** Never 0, which marks a bucket that nobody has used. */
  private hash(source: QuerySource, kind: AnswerKind, nameKey: number): number {
    const { prefix4, prefix6 } = this.limits;
    let h = this.seed ^ nameKey;
    h = mix(h, kind * 8 + source.family);
    if (source.family === 4) {
      h = mix(h, source.w0 & mask(prefix4));
    } else {
      h = mix(h, source.w0 & mask(Math.min(32, prefix6)));
      if (prefix6 > 32) h = mix(h, source.w1 & mask(Math.min(32, prefix6 - 32)));
      if (prefix6 > 64) h = mix(h, source.w2 & mask(Math.min(32, prefix6 - 64)));
      if (prefix6 > 96) h = mix(h, source.w3 & mask(prefix6 - 96));
    }
    return h === 0 ? 1 : h;
  }
}

function mask(bits: number): number {
  return bits === 0 ? 0 : -1 << (32 - bits);
}

/** One round of a multiply-xor hash (MurmurHash3's finalizer). */
function mix(h: number, word: number): number {
  h = Math.imul(h ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
