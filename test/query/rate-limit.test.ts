import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ip/address.ts';
import { AnswerKind, RateLimiter, Verdict } from '../../src/query/rate-limit.ts';
import { QuerySource } from '../../src/query/source.ts';
import type { RateLimits } from '../../src/snapshot/settings.ts';

const limits: RateLimits = { perSecond: [10, 5, 2, 0], slip: 2, prefix4: 24, prefix6: 56, allow: [] };

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
    const limiter = new RateLimiter(limits, [1, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 1_000)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2_000)).toBe(10);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2_500)).toBe(5);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 60_000)).toBe(20);
  });

  it('counts a /24 and a /56 as one client, others apart', () => {
    const limiter = new RateLimiter(limits, [2, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '192.0.2.254', AnswerKind.POSITIVE, 0)).toBe(0);
    expect(sent(limiter, '192.0.3.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '2001:db8:1:100::1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '2001:db8:1:1ff::1', AnswerKind.POSITIVE, 0)).toBe(0);
    expect(sent(limiter, '2001:db8:1:200::1', AnswerKind.POSITIVE, 0)).toBe(20);
  });

  it('keeps kinds and names apart', () => {
    const limiter = new RateLimiter(limits, [3, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.NEGATIVE, 0)).toBe(10);
    expect(sent(limiter, '192.0.2.1', AnswerKind.ERROR, 0)).toBe(4);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0, 1_000, 8)).toBe(20);
  });

  it.each([
    [0, 0, 0],
    [1, 800, 800],
    [2, 360, 440],
    [10, 50, 110],
  ])('slip %i: of 800 limited answers some %i to %i slip', (slip, least, most) => {
    const limiter = new RateLimiter({ ...limits, slip }, [4, 99]);
    const client = source('192.0.2.1');
    const verdicts = Array.from({ length: 820 }, () => limiter.take(client, AnswerKind.POSITIVE, 7, 0));
    const slipped = verdicts.filter((verdict) => verdict === Verdict.SLIP).length;
    expect(slipped).toBeGreaterThanOrEqual(least);
    expect(slipped).toBeLessThanOrEqual(most);
  });

  it('lets nobody choose by his own pace whose answers are the ones that slip', () => {
    const limiter = new RateLimiter(limits, [4, 98]);
    const [victim, other] = [source('192.0.2.1'), source('198.51.100.1')];
    for (const client of [victim, other]) {
      for (let i = 0; i < 20; i++) limiter.take(client, AnswerKind.POSITIVE, 7, 0);
    }
    let slipped = 0;
    for (let i = 0; i < 200; i++) {
      // One limited answer of somebody else after each of the victim's, then one of the victim's own network.
      const forged = i % 2 === 0 ? other : victim;
      if (limiter.take(victim, AnswerKind.POSITIVE, 7, 0) === Verdict.SLIP) slipped++;
      limiter.take(forged, AnswerKind.POSITIVE, 7, 0);
    }
    expect(slipped).toBeGreaterThan(70);
    expect(slipped).toBeLessThan(130);
  });

  it('bounds what one network is sent of all kinds and names together', () => {
    const limiter = new RateLimiter({ ...limits, perSecond: [10, 5, 2, 25] }, [7, 99]);
    const names = (from: string, nowMs: number) =>
      Array.from({ length: 100 }, (_, name) => sent(limiter, from, AnswerKind.POSITIVE, nowMs, 3, name + 1));
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count);
    expect(sum(names('192.0.2.1', 0))).toBe(50);
    expect(sent(limiter, '192.0.2.200', AnswerKind.ERROR, 0)).toBe(0);
    expect(sum(names('192.0.3.1', 0))).toBe(50);
    expect(sum(names('192.0.2.1', 1_000))).toBe(25);
  });

  it('charges a network nothing for what the bucket of a name holds back', () => {
    const limiter = new RateLimiter({ ...limits, perSecond: [10, 5, 2, 25] }, [8, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.NEGATIVE, 0)).toBe(10);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0, 1_000, 8)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0, 1_000, 9)).toBe(0);
  });

  it('bounds all of them where one kind has no limit of its own', () => {
    const limiter = new RateLimiter({ ...limits, perSecond: [0, 5, 2, 25] }, [9, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(50);
  });

  it.each([0, 1])('finds other buckets for every other word %i of its secret', (word) => {
    // Fewer buckets than networks, so that which of them share one is seen.
    const sharing = (secret: [number, number]): string => {
      const limiter = new RateLimiter({ ...limits, perSecond: [1, 5, 2, 0] }, secret);
      const networks = Array.from({ length: 70_000 }, (_, i) => {
        const client = new QuerySource();
        client.w0 = i << 8;
        return client;
      });
      const take = (client: QuerySource) => limiter.take(client, AnswerKind.POSITIVE, 7, 0) === Verdict.SEND;
      for (let round = 0; round < 2; round++) for (const client of networks) take(client);
      return networks.map((client) => (take(client) ? 1 : 0)).join('');
    };
    const other: [number, number] = word === 0 ? [12, 22] : [11, 23];
    expect(sharing([11, 22])).toBe(sharing([11, 22]));
    expect(sharing(other)).not.toBe(sharing([11, 22]));
  });

  it('has no limit where it is 0, and takes over new limits', () => {
    const limiter = new RateLimiter({ ...limits, perSecond: [0, 5, 2, 0] }, [5, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(1_000);
    limiter.configure(limits);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 0)).toBe(20);
  });

  it('never sends one client more than burst and rate, whoever else floods', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, strangers) => {
        const limiter = new RateLimiter(limits, [seed, 99]);
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
    const limiter = new RateLimiter(limits, [6, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2 ** 31 - 500)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 2 ** 31 + 500)).toBe(10);
  });
  it.each([1, 24, 25, 30, 40, 49])('fills an empty bucket that rested for %i days', (days) => {
    const limiter = new RateLimiter(limits, [10, 99]);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, 1_000)).toBe(20);
    expect(sent(limiter, '192.0.2.1', AnswerKind.POSITIVE, (1_000 + days * 86_400_000) | 0)).toBe(20);
  });
});
