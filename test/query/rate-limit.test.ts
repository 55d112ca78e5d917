import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ip/address.ts';
import { AnswerKind, RateLimiter, Verdict } from '../../src/query/rate-limit.ts';
import { QuerySource } from '../../src/query/source.ts';
import type { RateLimits } from '../../src/snapshot/settings.ts';

const limits: RateLimits = { perSecond: [10, 5, 2], slip: 2, prefix4: 24, prefix6: 56, allow: [] };

function source(text: string): QuerySource {
  const { family, bytes } = parseAddress(text)!;
  const view = new DataView(bytes.buffer);
  const one = new QuerySource();
  one.family = family;
  one.w0 = view.getUint32(0);
  if (family === 6) [one.w1, one.w2, one.w3] = [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  return one;
}

/** How many of `count` answers at once are sent. */
function sent(
  limiter: RateLimiter,
  from: string,
  kind: AnswerKind,
  nowMs: number,
  count = 1_000,
  name = 7,
): number {
  const client = source(from);
  let total = 0;
  for (let i = 0; i < count; i++) if (limiter.take(client, kind, name, nowMs) === Verdict.SEND) total++;
  return total;
}

describe('RateLimiter', () => {
  it('lets a burst of two seconds through, then the rate', () => {
    const limiter = new RateLimiter(limits, 1);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 1_000)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2_000)).toBe(10);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2_500)).toBe(5);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 60_000)).toBe(20);
  });

  it('counts a /24 and a /56 as one client, others apart', () => {
    const limiter = new RateLimiter(limits, 2);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '192.0.2.254', AnswerKind.POSITIVE, 0)).toBe(0);
    expect(sent(limiter, '192.0.3.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '2001:db8:1:100::1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '2001:db8:1:1ff::1', AnswerKind.POSITIVE, 0)).toBe(0);
    expect(sent(limiter, '2001:db8:1:200::1', AnswerKind.POSITIVE, 0)).toBe(20);
  });

  it('keeps kinds and names apart', () => {
    const limiter = new RateLimiter(limits, 3);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.NEGATIVE, 0)).toBe(10);
    expect(sent(limiter, '192.0.2.1', AnswerKind.ERROR, 0)).toBe(4);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0, 1_000, 8)).toBe(20);
  });

  it.each([
    [0, 0],
    [1, 80],
    [2, 40],
  ])('slip %i: of 80 limited answers %i slip', (slip, slipped) => {
    const limiter = new RateLimiter({ ...limits, slip }, 4);
    const client = source('192.0.2.1');
    const verdicts = Array.from({ length: 100 }, () => limiter.take(client, AnswerKind.POSITIVE, 7, 0));
    expect(verdicts.filter((verdict) => verdict === Verdict.SLIP)).toHaveLength(slipped);
  });

  it('has no limit where it is 0, and takes over new limits', () => {
    const limiter = new RateLimiter({ ...limits, perSecond: [0, 5, 2] }, 5);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(1_000);
    limiter.configure(limits);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
  });

  it('never sends one client more than burst and rate, whoever else floods', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, strangers) => {
        const limiter = new RateLimiter(limits, seed);
        const client = source('198.51.100.7');
        let total = 0;
        for (let ms = 0; ms < 2_000; ms += 10) {
          if (limiter.take(client, AnswerKind.POSITIVE, 7, ms) === Verdict.SEND) total++;
          for (let i = 0; i < strangers; i++) {
            client.w0 = Math.imul(seed + ms * 64 + i, 0x9e3779b1) >>> 0;
            limiter.take(client, AnswerKind.POSITIVE, 7, ms);
          }
          client.w0 = 0xc6336407;
        }
        return total <= 40;
      }),
      { numRuns: 50 },
    );
  });

  it('outlives the wrap of its clock', () => {
    const limiter = new RateLimiter(limits, 6);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2 ** 31 - 500)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2 ** 31 + 500)).toBe(10);
  });
});
