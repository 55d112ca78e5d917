import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ttlSeconds } from '../../src/steering/ttl-class.ts';

describe('ttlSeconds', () => {
  it.each([
    [undefined, 5, 300, 300],
    [1_000, 5, 300, 300],
    [299, 5, 300, 120],
    [119.9, 5, 300, 60],
    [17, 5, 300, 10],
    [17, 15, 300, 15],
    [40, 5, 45, 30],
    [45, 5, 45, 45],
    [3, 5, 300, 5],
    [0, 5, 300, 5],
    [0, 0, 300, 0],
    [-7, 5, 300, 5],
    [10, 20, 20, 20],
    [100_000, 1, 604_800, 86_400],
  ])('a change in %s s, within %i and %i: %i', (change, min, max, ttl) => {
    expect(ttlSeconds(change, min, max)).toBe(ttl);
  });

  it('stays within its bounds, never outlasts the change but for min, and grows with the time left', () => {
    const bounds = fc.tuple(fc.nat(90_000), fc.nat(90_000)).map((two) => two.sort((a, b) => a - b));
    fc.assert(
      fc.property(bounds, fc.nat(100_000), fc.nat(100_000), ([min, max], change, more) => {
        const ttl = ttlSeconds(change, min!, max!);
        expect(ttl).toBeGreaterThanOrEqual(min!);
        expect(ttl).toBeLessThanOrEqual(Math.max(min!, Math.min(max!, change)));
        expect(ttlSeconds(change + more, min!, max!)).toBeGreaterThanOrEqual(ttl);
      }),
      { seed: 3 },
    );
  });
});
