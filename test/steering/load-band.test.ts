import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/runtime/random.ts';
import { type LoadBand, nextShare, SHARE_STEP, shareOfDemand } from '../../src/steering/load-band.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';

const band: LoadBand = { capacity: 100, low: 0.7, high: 0.9 };

describe('nextShare', () => {
  it.each([
    ['room: all stay in', 64, 50, 64],
    ['at low: all stay in', 64, 70, 64],
    ['a little above: that may be noise', 64, 71, 64],
    ['far above: a tenth at most', 64, 500, 58],
    ['spilling, and the load is where it should be', 52, 73, 52],
    ['the load sank: back, a tenth at most', 32, 10, 38],
    ['nobody is let in, and the region is idle', 0, 0, 6],
    ['nobody is let in, and the region is full of others', 0, 95, 0],
    ['nobody is let in, and there is some room', 0, 88, 6],
  ])('%s', (_, previous, reported, next) => {
    expect(nextShare(previous * SHARE_STEP, reported, band)).toBe(next * SHARE_STEP);
  });

  it('is on the side that the target is, and moves a tenth at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 64 }),
        fc.double({ min: 0, max: 500, noNaN: true }),
        (steps, load) => {
          const previous = steps * SHARE_STEP;
          const next = nextShare(previous, load, band);
          const target = SHARE_ALL * Math.min(1, Math.max(0, 1 - (load / 100 - 0.7) / (0.9 - 0.7)));
          if (next > previous) expect(target).toBeGreaterThan(previous);
          if (next < previous) expect(target).toBeLessThan(previous);
          expect(Number.isInteger(next)).toBe(true);
          expect(Math.abs(next - previous)).toBeLessThanOrEqual(SHARE_ALL / 10);
          expect(next).toBeGreaterThanOrEqual(0);
          expect(next).toBeLessThanOrEqual(SHARE_ALL);
        },
      ),
      { seed: 31 },
    );
  });

  const anyBand = fc
    .tuple(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
    )
    .map(([capacity, high, part]): LoadBand => ({ capacity, low: high * part, high }));

  it.each([
    ['below low ends with all', 0.999, SHARE_ALL],
    ['above high ends with nobody', 1.001, 0],
  ])('a load that does not answer to the share: %s', (_, factor, end) => {
    fc.assert(
      fc.property(
        anyBand,
        fc.integer({ min: 0, max: SHARE_ALL }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (any, from, part) => {
          const bound = end === 0 ? any.high : any.low;
          const load = bound * any.capacity * (end === 0 ? factor + 3 * part : factor * part);
          let share = from;
          for (let reading = 0; reading < 300; reading++) {
            const next = nextShare(share, load, any);
            if (share !== end) expect(Math.sign(next - share)).toBe(Math.sign(end - share));
            share = next;
          }
          expect(share).toBe(end);
        },
      ),
      { seed: 34 },
    );
  });

  it.each([0, 1, 3, 10, 64])('rises from %i steps of 64 while the load stays a little below low', (steps) => {
    let share = steps * SHARE_STEP;
    for (let reading = 0; reading < 80; reading++) share = nextShare(share, 69.9, band);
    expect(share).toBe(SHARE_ALL);
  });

  it('a closed loop: one region whose load follows its share comes to rest where it belongs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), (demand) => {
        let share = SHARE_ALL;
        for (let reading = 0; reading < 20; reading++)
          share = nextShare(share, (demand * share) / SHARE_ALL, band);
        expect(nextShare(share, (demand * share) / SHARE_ALL, band)).toBe(share);
        expect(Math.abs(share - SHARE_ALL * shareOfDemand(band, demand))).toBeLessThanOrEqual(SHARE_STEP);
      }),
      { seed: 32 },
    );
  });

  /** Loads of three regions that spill on each other in a ring, at their shares. */
  function loadsAt(demands: readonly number[], shares: readonly number[]): number[] {
    const loads = demands.map(() => 0);
    for (const [own, demand] of demands.entries()) {
      let left = demand;
      for (let hop = 0; hop < demands.length; hop++) {
        const at = (own + hop) % demands.length;
        loads[at]! += (left * shares[at]!) / SHARE_ALL;
        left *= 1 - shares[at]! / SHARE_ALL;
      }
      loads[own]! += left;
    }
    return loads;
  }

  function run(demands: readonly number[], noise: () => number): { shares: number[]; loads: number[] }[] {
    let shares = demands.map(() => SHARE_ALL);
    return Array.from({ length: 120 }, () => {
      const loads = loadsAt(demands, shares);
      shares = shares.map((share, i) => nextShare(share, loads[i]! * noise(), band));
      return { shares, loads };
    });
  }

  it('a closed loop: three regions that spill on each other come to rest, none above high', () => {
    const demand = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(fc.tuple(demand, demand, demand), (demands) => {
        fc.pre(demands[0] + demands[1] + demands[2] <= 210);
        const readings = run(demands, () => 1);
        const { shares, loads } = readings.at(-1)!;
        for (const later of readings.slice(60)) expect(later.shares).toEqual(shares);
        expect(Math.max(...loads)).toBeLessThanOrEqual(92);
      }),
      { seed: 33, numRuns: 300 },
    );
  });

  it('a closed loop with 2 % of noise: shares stay within two steps', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const readings = run([150, 40, 10], () => 0.98 + 0.04 * random.fraction()).slice(40);
      for (let region = 0; region < 3; region++) {
        const seen = readings.map(({ shares }) => shares[region]!);
        expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(3 * SHARE_STEP);
      }
    }
  });
});
