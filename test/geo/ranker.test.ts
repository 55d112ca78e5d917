import { describe, expect, it } from 'vitest';
import { distanceKm } from '../../src/geo/distance.ts';
import { Ranker } from '../../src/geo/ranker.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Random } from '../../src/runtime/random.ts';

const moscow = { latitude: 55.76, longitude: 37.62 };
const frankfurt = { latitude: 50.11, longitude: 8.68 };
const tromso = { latitude: 69.65, longitude: 18.96 };
const fiji = { latitude: -18.12, longitude: 178.45 };
const samoa = { latitude: -13.83, longitude: -171.77 };
const sydney = { latitude: -33.87, longitude: 151.21 };

function order(ranker: Ranker, { latitude, longitude }: { latitude: number; longitude: number }): number[] {
  const at = ranker.rank(latitude, longitude) * ranker.regionCount;
  return [...ranker.table().subarray(at, at + ranker.regionCount)];
}

/** Regions along the equator, so that distance is difference of longitude. */
const equator = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ latitude: 0, longitude: i * 5 }));

describe('distanceKm', () => {
  it.each([
    [tromso, moscow, 1798],
    [tromso, frankfurt, 2240],
    [fiji, samoa, 1140],
    [{ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 0 }, 20_015],
    [moscow, moscow, 0],
  ])('%j to %j is about %i km', (a, b, km) => {
    expect(Math.abs(distanceKm(a, b) - km)).toBeLessThan(5 + km * 0.005);
  });
});

describe('Ranker', () => {
  it('goes by the great circle, not by degrees: Tromsø is nearer to Moscow than to Frankfurt', () => {
    expect(order(new Ranker({ regions: [frankfurt, moscow], sets: [] }), tromso)).toEqual([1, 0]);
  });

  it('crosses the date line: Samoa is nearer to Fiji than Sydney is', () => {
    expect(order(new Ranker({ regions: [sydney, fiji], sets: [] }), samoa)).toEqual([1, 0]);
  });

  it('keeps the order of the config for regions in one place', () => {
    expect(
      order(new Ranker({ regions: [moscow, frankfurt, frankfurt, moscow], sets: [] }), frankfurt),
    ).toEqual([1, 2, 0, 3]);
  });

  it('has the order of the config as ranking 0 and gives equal orders one number', () => {
    const ranker = new Ranker({ regions: [frankfurt, moscow], sets: [] });
    expect([...ranker.table()]).toEqual([0, 1]);
    expect(ranker.rank(50, 8)).toBe(0);
    expect(ranker.rank(55, 37)).toBe(1);
    expect(ranker.rank(56, 38)).toBe(1);
    expect(ranker.count).toBe(2);
  });

  it('ranks without regions', () => {
    expect(new Ranker({ regions: [], sets: [] }).rank(1, 2)).toBe(0);
  });
});

describe('Ranker with bias', () => {
  /** Two regions 40 degrees apart on the equator: without bias the border is at 20. */
  const apart = [
    { latitude: 0, longitude: 0 },
    { latitude: 0, longitude: 40 },
  ];
  /** Where clients begin to go to the second region. */
  const border = (bias: readonly number[]) => {
    const ranker = new Ranker({ regions: apart, sets: [] }, bias);
    for (let longitude = 0; longitude <= 40; longitude += 0.125) {
      if (order(ranker, { latitude: 0, longitude })[0] === 1) return longitude;
    }
    return Number.POSITIVE_INFINITY;
  };

  it.each([
    [[0, 0], 20.125],
    // d × 0.5 < 40 − d up to two thirds of the way.
    [[50, 0], 26.75],
    [[0, -50], 26.75],
    [[0, 50], 13.375],
    [[-50, 0], 13.375],
    [[50, 50], 20.125],
    [[99, 0], 39.625],
    [[0, -99], 39.625],
    [[-99, 99], 0.125],
  ])('%j moves the border to %d degrees', (bias, degrees) => {
    expect(border(bias)).toBe(degrees);
  });

  it('reaches further the higher the bias is', () => {
    const borders = Array.from({ length: 199 }, (_, i) => border([i - 99, 0]));
    expect(borders.every((degrees, i) => i === 0 || degrees >= borders[i - 1]!)).toBe(true);
    expect(borders[198]! - borders[0]!).toBeGreaterThan(39);
  });

  it('orders as great-circle distance does when all biases are equal', () => {
    const around = [moscow, frankfurt, fiji, samoa, sydney];
    const plain = new Ranker({ regions: around, sets: [] });
    const biased = new Ranker({ regions: around, sets: [] }, [30, 30, 30, 30, 30]);
    const random = new Random(5);
    for (let i = 0; i < 2000; i++) {
      const client = { latitude: random.fraction() * 170 - 85, longitude: random.fraction() * 360 - 180 };
      expect(order(biased, client)).toEqual(order(plain, client));
    }
  });

  it('multiplies distances along the ground, not through it', () => {
    // Nearly opposite on the globe: 18 000 km along the ground are 1.98 radii through it, 9 000 km are 1.30.
    const there = [
      { latitude: 0, longitude: 161.9 },
      { latitude: 0, longitude: -80.9 },
    ];
    expect(order(new Ranker({ regions: there, sets: [] }, [45, 0]), { latitude: 0, longitude: 0 })).toEqual([
      1, 0,
    ]);
    expect(order(new Ranker({ regions: there, sets: [] }, [51, 0]), { latitude: 0, longitude: 0 })).toEqual([
      0, 1,
    ]);
  });
});

describe('Ranker.rankOrder', () => {
  it('takes an order as it is, cut where pools need no more', () => {
    const few = new Ranker({ regions: equator(5), sets: [] });
    expect([...few.regionsOf(few.rankOrder([3, 0, 4, 2, 1]))]).toEqual([3, 0, 4, 2, 1]);
    const many = new Ranker({
      regions: equator(12),
      sets: [
        [0, 9],
        [3, 4, 5],
      ],
    });
    const reversed = Array.from({ length: 12 }, (_, i) => 11 - i);
    // 9 before 0 and 5, 4 before 3 are exact; from there on by distance from region 11.
    expect([...many.regionsOf(many.rankOrder(reversed))]).toEqual(reversed);
    const first = [0, 5, 11, 4, 10, 1, 2, 3, 6, 7, 8, 9];
    expect([...many.regionsOf(many.rankOrder(first))]).toEqual([0, 5, 11, 4, 1, 2, 3, 6, 7, 8, 9, 10]);
  });
});

describe('Ranker with many regions', () => {
  it('is exact for four of each set, then goes by distance from the nearest region', () => {
    const ranker = new Ranker({ regions: equator(12), sets: [[...Array(12).keys()]] });
    expect(order(ranker, { latitude: 0, longitude: 27 })).toEqual([5, 6, 4, 7, 3, 8, 2, 9, 1, 10, 0, 11]);
    // Nearer to 6 than to 4 or the other way round matters; 8 or 2 first does not.
    expect(order(ranker, { latitude: 0, longitude: 24 })).toEqual([5, 4, 6, 3, 7, 8, 2, 9, 1, 10, 0, 11]);
  });

  it('is exact between the two regions of a pool, however far they are', () => {
    const ranker = new Ranker({ regions: equator(12), sets: [[3, 8]] });
    expect(order(ranker, { latitude: 0, longitude: 28 }).filter((region) => [3, 8].includes(region))).toEqual(
      [8, 3],
    );
    expect(order(ranker, { latitude: 0, longitude: 27 }).filter((region) => [3, 8].includes(region))).toEqual(
      [3, 8],
    );
  });

  it('does not lengthen the exact part for a pool in one region', () => {
    const ranker = new Ranker({ regions: equator(12), sets: [[11], [0]] });
    for (let longitude = 0; longitude <= 55; longitude += 0.25) ranker.rank(0, longitude);
    // One for each nearest region; that of region 0 is the order of the config.
    expect(ranker.count).toBe(12);
  });

  it('takes as many regions as a byte can number', () => {
    const regions = equator(255).map((r, i) => ({
      latitude: (i % 17) * 9 - 72,
      longitude: r.longitude % 180,
    }));
    const ranker = new Ranker({ regions, sets: [] });
    expect(new Set(order(ranker, { latitude: 10, longitude: 10 })).size).toBe(255);
  });

  it('goes by the nearest region alone once the numbers run out', () => {
    const count = 36;
    const golden = equator(count).map((_, i) => ({
      latitude: (Math.asin((2 * i + 1) / count - 1) * 180) / Math.PI,
      longitude: ((i * 137.508) % 360) - 180,
    }));
    const pairs = golden.flatMap((_, a) => golden.slice(0, a).map((_, b) => [a, b]));
    const ranker = new Ranker({ regions: golden, sets: pairs });
    const random = new Random(3);
    const place = () => ({
      latitude: random.below(160) - 80 + random.fraction(),
      longitude: random.below(359) - 179,
    });
    for (let i = 0; i < 300_000 && !ranker.coarse; i++) order(ranker, place());
    expect(ranker.coarse).toBe(true);
    for (let i = 0; i < 1000; i++) {
      const client = place();
      const distances = golden.map((region) => distanceKm(region, client));
      const row = order(ranker, client);
      expect(row[0]).toBe(distances.indexOf(Math.min(...distances)));
      expect(new Set(row).size).toBe(count);
    }
    expect(ranker.count).toBeLessThanOrEqual(limits.geoRankings + count);
  });
});
