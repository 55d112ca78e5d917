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

/** The bucket of all answers to one network. */
const ALL = 3;

/** 32 bits each, known to nobody: whoever knew them could choose whose bucket he lands in. */
export type LimiterSecret = readonly [number, number];

/** Networks × kinds that one worker keeps apart; 1 MiB. More share by displacing who was idle longest. */
const SETS = 16_384;
const WAYS = 4;
const TAG = 0;
const STAMP = 1;
const TOKENS = 2;
const BUCKET = 3;

/** Tokens are counted in parts, so that a rate needs no fractions. */
const PARTS = 1_000;

/** A burst of so many seconds' worth is let through. */
const BURST_SECONDS = 2;

/**
 * Response rate limiting with token buckets: one for each network, kind and name, and one for all that a network is
 * sent. The memory is fixed; a bucket is found by a hash with a secret. One object per worker, nothing is allocated per
 * answer.
 */
export class RateLimiter {
  private readonly buckets = new Int32Array(SETS * WAYS * BUCKET);
  private readonly secret: LimiterSecret;
  private limits: RateLimits;
  private drawn = 0;

  constructor(limits: RateLimits, secret: LimiterSecret) {
    this.limits = limits;
    this.secret = secret;
  }

  /** Takes other limits; buckets keep their state. */
  configure(limits: RateLimits): void {
    this.limits = limits;
  }

  /**
   * Takes one answer from its bucket and from that of its network. `nameKey` keeps apart what a resolver of many users asks for: positive answers
   * by name, negative ones by zone; 0 for errors. `nowMs` is monotonic and may wrap at 32 bits.
   */
  take(source: QuerySource, kind: AnswerKind, nameKey: number, nowMs: number): Verdict {
    // What its own bucket holds back costs the network nothing.
    if (this.draw(source, kind, nameKey, nowMs | 0) && this.draw(source, ALL, 0, nowMs | 0))
      return Verdict.SEND;
    const { slip } = this.limits;
    return slip > 0 && this.chance() % slip === 0 ? Verdict.SLIP : Verdict.DROP;
  }

  /** Takes one answer from a bucket; false when it is empty. */
  private draw(source: QuerySource, kind: AnswerKind | typeof ALL, nameKey: number, nowMs: number): boolean {
    const perSecond = this.limits.perSecond[kind];
    if (perSecond === 0) return true;
    const tag = this.hash(source, kind, nameKey);
    const full = perSecond * BURST_SECONDS * PARTS;
    const bucket = this.find(tag, nowMs, full);
    const buckets = this.buckets;
    // Unsigned: a bucket may have rested for more than half of what the clock counts.
    const elapsed = (nowMs - buckets[bucket + STAMP]!) >>> 0;
    // perSecond answers a second are perSecond parts of an answer a millisecond.
    const tokens = Math.min(
      full,
      buckets[bucket + TOKENS]! + Math.min(elapsed, 1_000 * BURST_SECONDS) * perSecond,
    );
    buckets[bucket + STAMP] = nowMs;
    buckets[bucket + TOKENS] = tokens >= PARTS ? tokens - PARTS : tokens;
    return tokens >= PARTS;
  }

  /** A number below 2³¹ that follows no pattern: by a count, whoever paces a flood could choose who gets the drops. */
  private chance(): number {
    this.drawn = (this.drawn + 1) | 0;
    return mix(mix(this.secret[0], this.drawn), this.secret[1]) >>> 1;
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
  private hash(source: QuerySource, kind: number, nameKey: number): number {
    const { prefix4, prefix6 } = this.limits;
    let h = mix(this.secret[0], nameKey);
    h = mix(h, kind * 8 + source.family);
    if (source.family === 4) {
      h = mix(h, source.w0 & mask(prefix4));
    } else {
      h = mix(h, source.w0 & mask(Math.min(32, prefix6)));
      if (prefix6 > 32) h = mix(h, source.w1 & mask(Math.min(32, prefix6 - 32)));
      if (prefix6 > 64) h = mix(h, source.w2 & mask(Math.min(32, prefix6 - 64)));
      if (prefix6 > 96) h = mix(h, source.w3 & mask(prefix6 - 96));
    }
    h = mix(h, this.secret[1]);
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
