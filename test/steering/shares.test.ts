import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadBand } from '../../src/steering/load-band.ts';
import { SHARE_STEP, shareOfDemand } from '../../src/steering/load-band.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';
import { capacityShares, type RegionDemand } from '../../src/steering/shares.ts';

const band = (capacity: number, low = 0.7, high = 0.9): LoadBand => ({ capacity, low, high });

/** Regions on a line: the nearest are those with the nearest numbers, the lower of two first. */
function line(list: readonly Partial<RegionDemand>[]): RegionDemand[] {
  const all = list.map((_, i) => i);
  return list.map((region, own) => ({
    demand: 0,
    band: undefined,
    up: true,
    most: SHARE_ALL,
    order: all.filter((i) => i !== own).sort((a, b) => Math.abs(a - own) - Math.abs(b - own) || a - b),
    ...region,
  }));
}

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
const loads = (regions: readonly RegionDemand[]): number[] => capacityShares(regions).map(({ load }) => load);
const percents = (regions: readonly RegionDemand[]): number[] =>
  capacityShares(regions).map(({ share }) => Math.floor((100 * share) / SHARE_ALL));

describe('shareOfDemand', () => {
  it.each([
    [0, 1],
    [70, 1],
    [90, 90 / 110],
    [200, 90 / 220],
    [1e9, 90 / (20 + 1e9)],
  ])('a demand of %d of 100: %d of it', (demand, part) => {
    expect(shareOfDemand(band(100), demand)).toBeCloseTo(part, 12);
  });

  it('is continuous, sinks, and lets in ever more but never more than high', () => {
    const bands = fc
      .tuple(fc.double({ min: 0.1, max: 1e6, noNaN: true }), fc.nat(100), fc.integer({ min: 1, max: 100 }))
      .map(([capacity, low, more]) => band(capacity, low / 100, (low + more) / 100));
    const demand = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(bands, demand, demand, (given, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        const top = given.high * given.capacity;
        expect(shareOfDemand(given, more)).toBeLessThanOrEqual(shareOfDemand(given, less));
        expect(shareOfDemand(given, more) * more).toBeGreaterThanOrEqual(
          shareOfDemand(given, less) * less - 1e-9 * top,
        );
        expect(shareOfDemand(given, more) * more).toBeLessThanOrEqual(top * (1 + 1e-12));
        expect(shareOfDemand(given, given.low * given.capacity * (1 + 1e-9))).toBeCloseTo(1, 5);
      }),
      { seed: 21 },
    );
  });
});

describe('capacityShares', () => {
  it('leaves all in while there is room', () => {
    expect(percents(line([{ demand: 70, band: band(100) }, { demand: 20, band: band(100) }, {}]))).toEqual([
      100, 100, 100,
    ]);
  });

  it('one without capacity takes everything', () => {
    const regions = line([{ demand: 1e6 }, { demand: 80, band: band(100) }]);
    expect(percents(regions)).toEqual([100, 89]);
    expect(loads(regions)[0]).toBeCloseTo(1e6 + 80 * (1 - 57 / 64), 6);
  });

  it('one that is down takes nothing; its clients go on in their order', () => {
    const regions = line([{ demand: 50, up: false }, { demand: 10, band: band(100) }, { demand: 10 }]);
    expect(capacityShares(regions).map(({ share, load }) => [share, load])).toEqual([
      [0, 0],
      [SHARE_ALL, 60],
      [SHARE_ALL, 10],
    ]);
  });

  it('nobody is up: nobody serves', () => {
    const regions = line([
      { demand: 50, up: false },
      { demand: 10, band: band(100), up: false },
    ]);
    expect(capacityShares(regions)).toEqual([
      { share: 0, load: 0, overloaded: false },
      { share: 0, load: 0, overloaded: false },
    ]);
  });

  it('what one cannot take is counted at the next before that one overflows', () => {
    const regions = line([
      { demand: 150, band: band(100) },
      { demand: 60, band: band(100) },
      { demand: 0, band: band(100) },
    ]);
    const result = loads(regions);
    expect(Math.max(...result)).toBeLessThanOrEqual(90);
    expect(result[2]).toBeGreaterThan(30);
    expect(sum(result)).toBeCloseTo(210, 9);
  });

  it('fills regions to the brim before any overflows', () => {
    const result = loads(
      line([
        { demand: 150, band: band(100) },
        { demand: 20, band: band(100) },
      ]),
    );
    expect(Math.max(...result)).toBeLessThanOrEqual(90);
    expect(sum(result)).toBeCloseTo(170, 9);
  });

  it('all are full: the rest falls to the first that is up, and it says so', () => {
    const regions = line([
      { demand: 400, band: band(100), up: false },
      { demand: 100, band: band(100) },
      { demand: 0, band: band(100) },
    ]);
    const result = capacityShares(regions);
    expect(result.map(({ overloaded }) => overloaded)).toEqual([false, true, false]);
    expect(result[2]!.load).toBeLessThanOrEqual(90);
    expect(sum(loads(regions))).toBeCloseTo(500, 9);
  });

  it('a slow start holds above what capacity would let in', () => {
    const regions = line([
      { demand: 50, band: band(100), most: SHARE_ALL / 10 },
      { demand: 10, band: band(100) },
    ]);
    expect(percents(regions)).toEqual([9, 100]);
    expect(loads(regions)[1]).toBeGreaterThan(54);
  });

  it('five sites at 60 %, the largest is lost: no survivor goes above high, and none topples the next', () => {
    for (const sizes of [
      [100, 100, 100, 100, 100],
      [100, 80, 140, 90, 110],
      [160, 100, 100, 100, 60],
      [60, 100, 110, 100, 160],
    ]) {
      const largest = sizes.indexOf(Math.max(...sizes));
      const regions = line(
        sizes.map((size, i) => ({ demand: 0.6 * size, band: band(size), up: i !== largest })),
      );
      const result = capacityShares(regions);
      for (const [i, { load, overloaded }] of result.entries()) {
        expect(overloaded).toBe(false);
        expect(load).toBeLessThanOrEqual(0.9 * sizes[i]! + 1e-6);
      }
      expect(sum(result.map(({ load }) => load))).toBeCloseTo(0.6 * sum(sizes), 6);
    }
  });

  it('small noise changes nothing', () => {
    const of = (noise: number): RegionDemand[] =>
      line([
        { demand: 150 * noise, band: band(100) },
        { demand: 60 * noise, band: band(100) },
        { band: band(100) },
      ]);
    const still = capacityShares(of(1)).map(({ share }) => share);
    for (const noise of [0.9995, 0.9998, 1.0002, 1.0005]) {
      expect(capacityShares(of(noise)).map(({ share }) => share)).toEqual(still);
    }
  });

  const anyRegion = fc.record({
    demand: fc.integer({ min: 0, max: 300 }),
    band: fc.option(
      fc.integer({ min: 50, max: 200 }).map((capacity) => band(capacity)),
      { nil: undefined },
    ),
    up: fc.boolean(),
  });
  const anyRegions = fc.array(anyRegion, { minLength: 1, maxLength: 8 }).map(line);

  it('leaves a share that was measured as it is: the next reading answers to that', () => {
    const most = Math.floor(SHARE_STEP / 3);
    const full = { demand: 10, band: undefined, up: true, most: SHARE_ALL, order: [1] };
    const measured = { ...full, most, order: [0] };
    expect(capacityShares([full, measured]).map(({ share }) => share)).toEqual([SHARE_ALL, most]);
  });

  it('loses nobody, is the same each time, and keeps to its steps', () => {
    fc.assert(
      fc.property(anyRegions, (regions) => {
        const result = capacityShares(regions);
        const served = regions.some(({ up }) => up) ? sum(regions.map(({ demand }) => demand)) : 0;
        expect(sum(result.map(({ load }) => load))).toBeCloseTo(served, 6);
        for (const [i, { share, load, overloaded }] of result.entries()) {
          const { up, band: own } = regions[i]!;
          expect(share % SHARE_STEP).toBe(0);
          expect(share).toBeLessThanOrEqual(SHARE_ALL);
          if (!up) expect([share, load]).toEqual([0, 0]);
          else if (own === undefined) expect(share).toBe(SHARE_ALL);
          expect(overloaded).toBe(own !== undefined && load > 0.9 * own.capacity * (1 + 1e-9));
        }
        expect(capacityShares(regions)).toEqual(result);
      }),
      { seed: 22 },
    );
  });

  it('overloads nobody while all have room for a tenth more', () => {
    fc.assert(
      fc.property(anyRegions, (regions) => {
        const room = sum(regions.map(({ up, band: own }) => (up ? 0.9 * (own?.capacity ?? 1e9) : 0)));
        fc.pre(1.1 * sum(regions.map(({ demand }) => demand)) <= room);
        expect(capacityShares(regions).filter(({ overloaded }) => overloaded)).toEqual([]);
      }),
      { seed: 23, numRuns: 500 },
    );
  });

  it('is monotone: while bands alone decide, more demand anywhere lets nobody in more', () => {
    const light = fc
      .array(fc.record({ demand: fc.integer({ min: 0, max: 60 }), band: fc.constant(band(100)) }), {
        minLength: 2,
        maxLength: 6,
      })
      .map(line);
    fc.assert(
      fc.property(light, fc.nat(5), fc.integer({ min: 1, max: 80 }), (regions, which, more) => {
        const grown = regions.map((region, i) =>
          i === which % regions.length ? { ...region, demand: region.demand + more } : region,
        );
        const before = capacityShares(regions);
        for (const [i, { share }] of capacityShares(grown).entries()) {
          expect(share).toBeLessThanOrEqual(before[i]!.share);
        }
      }),
      { seed: 24 },
    );
  });

  it('is bounded: 255 regions, all far too small', () => {
    const regions = line(Array.from({ length: 255 }, () => ({ demand: 1_000, band: band(1) })));
    const result = capacityShares(regions);
    expect(result.every(({ overloaded }) => overloaded)).toBe(true);
  });
});
