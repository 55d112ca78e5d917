import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHARE_ALL } from '../../src/steering/nodes.ts';
import { nextRampStep, RAMP_STEPS, rampShare } from '../../src/steering/ramp.ts';

describe('rampShare and nextRampStep', () => {
  it.each([
    [0, 10, 60_000],
    [59_999, 10, 60_000],
    [60_000, 20, 120_000],
    [300_000, 60, 360_000],
    [539_999, 90, 540_000],
    [540_000, 100, undefined],
    [600_000, 100, undefined],
    [-1, 100, undefined],
  ])('ten minutes, %i ms after the return: %i %%, next step at %s', (since, percent, next) => {
    expect(rampShare(since, 600_000)).toBe(Math.round((SHARE_ALL * percent) / 100));
    expect(nextRampStep(since, 600_000)).toBe(next);
  });

  it('goes up at each step and only there, in ten steps, whatever its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: RAMP_STEPS, max: 86_400_000 }), (rampMs) => {
        const shares = [rampShare(0, rampMs)];
        let since = 0;
        for (let next = nextRampStep(0, rampMs); next !== undefined; next = nextRampStep(since, rampMs)) {
          expect(rampShare(next - 1, rampMs)).toBe(shares.at(-1));
          expect(rampShare(next, rampMs)).toBeGreaterThan(shares.at(-1)!);
          shares.push(rampShare(next, rampMs));
          since = next;
        }
        expect(shares).toHaveLength(RAMP_STEPS);
        expect(shares.at(-1)).toBe(SHARE_ALL);
        expect(since).toBeLessThanOrEqual(rampMs);
      }),
      { seed: 5 },
    );
  });
});
