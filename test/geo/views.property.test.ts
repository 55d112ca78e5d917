import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Typed, type Value } from '../../geodb/mmdb-writer.ts';
import { compile } from '../../src/geo/compile.ts';
import { countsByNumber } from '../../src/geo/counts.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import type { MatchKey, View } from '../../src/geo/views.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { around, bases4, bases6, block, database, place, regionsUpTo, sourceOf } from './arbitraries.ts';
import { type Database, isElsewhere, textOf } from './oracle.ts';
import {
  type Facts,
  latencyOrder,
  matchNumber,
  type OracleKey,
  type PrefixKey,
  ViewOracle,
} from './view-oracle.ts';

/** Names as the bundled data have them, with their codes. */
const states: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  US: [
    ['California', 'CA'],
    ['Texas', 'TX'],
  ],
  GB: [['England', 'ENG']],
  FI: [],
};
const nameOf = (country = '', code = '') => states[country]?.find((state) => state[1] === code)?.[0];

const division = fc.constantFrom<{ country?: string; subdivision?: string }[]>(
  {},
  ...Object.entries(states).flatMap(([country, list]) => [
    { country },
    ...list.map(([, subdivision]) => ({ country, subdivision })),
  ]),
);
const asn = fc.integer({ min: 64_496, max: 64_497 });
const facts: fc.Arbitrary<Facts | undefined> = fc.option(
  fc.record(
    { place: fc.tuple(place, division).map(([where, what]) => ({ ...where, ...what })), asn },
    { requiredKeys: [] },
  ),
  { nil: undefined, freq: 6 },
);

const prefixKey: fc.Arbitrary<PrefixKey> = fc.oneof(
  block(bases4, 32, 0).map((one) => ({ kind: 'prefix' as const, family: 4 as const, ...one })),
  block(bases6, 128, 0).map((one) => ({ kind: 'prefix' as const, family: 6 as const, ...one })),
);
const countryKey = fc
  .constantFrom('US', 'GB', 'FI', 'DE')
  .map((country) => ({ kind: 'country' as const, country }));
const systemKey = asn.map((number) => ({ kind: 'asn' as const, asn: number }));
/** Few clients, so that one is measured in several regions. */
const rowKey = fc.oneof<fc.Arbitrary<OracleKey>[]>(
  fc.constantFrom(...fc.sample(prefixKey, { numRuns: 4, seed: 1 })),
  countryKey,
  systemKey,
);
const anyKey = fc.oneof<fc.Arbitrary<OracleKey>[]>(
  prefixKey,
  countryKey,
  systemKey,
  fc
    .constantFrom('CA', 'TX', 'ZZ')
    .map((subdivision) => ({ kind: 'subdivision', country: 'US', subdivision })),
  fc.constantFrom('NA', 'EU', 'AF').map((continent) => ({ kind: 'continent', continent })),
);

const world = {
  databases: fc.array(database(facts), { maxLength: 3 }),
  recordSize: fc.constantFrom(24 as const, 28 as const, 32 as const),
  extra: fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { maxLength: 5 }),
};
const seed = 20_261;

describe('compile, then GeoMap', () => {
  it('gives the entry and the scope of the definition for a match view', () => {
    const entries = fc.array(fc.record({ keys: fc.array(anyKey, { maxLength: 4 }) }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.record({ ...world, entries }), ({ databases, recordSize, extra, entries }) => {
        const keys = entries.flatMap((entry) => entry.keys);
        const view: View = { kind: 'match', entries: entries.map(({ keys }) => ({ keys: keys.map(keyOf) })) };
        const oracle = new ViewOracle(databases, keys, (client) => String(matchNumber(entries, client)));
        const map = compileOne(databases, recordSize, view, []);
        compare(map, oracle, extra, isTrivial(databases, keys), String);
        const counts = countsByNumber(map);
        expect(counts.length).toBe(2 + entries.length);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ordinaryAddresses);
      }),
      { numRuns: 60, seed },
    );
  });

  it('gives the order and the scope of the definition for a latency view', () => {
    const row = fc.record({
      client: rowKey,
      region: fc.nat(7),
      milliseconds: fc.integer({ min: 1, max: 4 }),
    });
    const scene = fc.record({ ...world, rows: fc.array(row, { maxLength: 20 }), regions: regionsUpTo(8) });
    fc.assert(
      fc.property(scene, ({ databases, recordSize, extra, rows: all, regions }) => {
        const rows = all.filter(({ region }) => region < regions.length);
        const keys = rows.map(({ client }) => client);
        const view = {
          kind: 'latency',
          table: { rows: rows.map((each) => ({ ...each, client: keyOf(each.client) })) },
        } as View;
        const order = (client: Parameters<typeof latencyOrder>[2]) =>
          latencyOrder(rows, regions, client).join();
        const oracle = new ViewOracle(databases, keys, order);
        const buffer = compileOne(databases, recordSize, view, regions);
        const map = new GeoMap(buffer);
        const told = (number: number) =>
          map.rankings.subarray(number * regions.length, (number + 1) * regions.length).join();
        compare(buffer, oracle, extra, isTrivial(databases, keys), told);
      }),
      { numRuns: 60, seed },
    );
  });

  it('is exact for four of each set when there are many regions', () => {
    const regions = Array.from({ length: 12 }, (_, i) => ({
      latitude: 7.1 * i - 40,
      longitude: 29.3 * i - 170,
    }));
    const row = fc.record({
      client: rowKey,
      region: fc.nat(11),
      milliseconds: fc.integer({ min: 1, max: 4 }),
    });
    const sets = fc.array(fc.uniqueArray(fc.nat(11), { minLength: 2 }), { minLength: 1, maxLength: 3 });
    const scene = fc.record({ ...world, rows: fc.array(row, { maxLength: 30 }), sets });
    fc.assert(
      fc.property(scene, ({ databases, rows, sets, extra }) => {
        const table = { rows: rows.map((each) => ({ ...each, client: keyOf(each.client) })) };
        const sources = databases.map((each) => sourceOf(each, 28, recordOf));
        const view = { kind: 'latency', table } as View;
        const map = new GeoMap(compile(sources, [view], { regions, sets })[0]!.map);
        const keys = rows.map(({ client }) => client);
        const oracle = new ViewOracle(databases, keys, (client) =>
          latencyOrder(rows, regions, client).join(),
        );
        for (const address of around(oracle.boundaries(4), extra, 32)) {
          const number = find(map, 4, address) >>> 8;
          const told = [...map.rankings.subarray(number * 12, number * 12 + 12)];
          const full = oracle.answer(4, address).split(',').map(Number);
          for (const set of sets) {
            const own = (order: number[]) => order.filter((region) => set.includes(region)).slice(0, 4);
            expect(own(told), textOf(address, 4)).toEqual(own(full));
          }
        }
      }),
      { numRuns: 60, seed },
    );
  });

  it('makes of several views at once what it makes of each alone', () => {
    const views = fc.array(fc.array(anyKey, { maxLength: 3 }), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(
        fc.record({ ...world, views, regions: regionsUpTo(4) }),
        ({ databases, views, regions }) => {
          const sources = databases.map((each) => sourceOf(each, 28, recordOf));
          const all: View[] = [
            ...views.map((keys) => ({ kind: 'match' as const, entries: [{ keys: keys.map(keyOf) }] })),
            { kind: 'distance', bias: regions.map((_, i) => 10 * i) },
          ];
          const ranked = { regions, sets: [] };
          const together = compile(sources, all, ranked);
          for (const [i, view] of all.entries())
            expect(together[i]).toEqual(compile(sources, [view], ranked)[0]);
        },
      ),
      { numRuns: 15, seed },
    );
  });
});

/** 2³² less what `ip/reserved.ts` names. */
const reservedLengths = [8, 8, 8, 10, 16, 12, 24, 24, 16, 15, 24, 24, 4, 4];
const ordinaryAddresses = reservedLengths.reduce((left, length) => left - 2 ** (32 - length), 2 ** 32);

function compare(
  buffer: SharedArrayBuffer,
  oracle: ViewOracle,
  extra: readonly bigint[],
  trivial: boolean,
  told: (number: number) => string,
): void {
  expect(isSoundMap(buffer)).toBe(true);
  const map = new GeoMap(buffer);
  for (const family of [4, 6] as const) {
    for (const address of around(oracle.boundaries(family), extra, family === 4 ? 32 : 128)) {
      if (family === 6 && isElsewhere(address)) continue;
      const found = find(map, family, address);
      const scope = trivial ? 0 : oracle.scope(family, address);
      const expected = { number: oracle.answer(family, address), scope };
      expect({ number: told(found >>> 8), scope: found & 0xff }, textOf(address, family)).toEqual(expected);
    }
  }
}

/** Where nothing tells clients apart, one answer holds for all. */
function isTrivial(databases: readonly unknown[], keys: readonly OracleKey[]): boolean {
  return databases.length === 0 && keys.every(({ kind }) => kind !== 'prefix');
}

function compileOne(
  databases: readonly Database<Facts>[],
  recordSize: 24 | 28 | 32,
  view: View,
  regions: readonly { latitude: number; longitude: number }[],
): SharedArrayBuffer {
  const sources = databases.map((each) => sourceOf(each, recordSize, recordOf));
  return compile(sources, [view], { regions, sets: [] })[0]!.map;
}

function recordOf({ place, asn }: Facts): Value {
  const { country, subdivision, latitude, longitude } = place ?? {};
  const name = nameOf(country, subdivision);
  return {
    ...(country === undefined ? {} : { country_code: country }),
    ...(name === undefined ? {} : { state1: name }),
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
    ...(asn === undefined ? {} : { autonomous_system_number: new Typed('uint32', asn) }),
    city: '',
  };
}

function keyOf(key: OracleKey): MatchKey {
  if (key.kind !== 'prefix') return key;
  return { kind: 'prefix', prefix: parsePrefix(`${textOf(key.start, key.family)}/${key.length}`)! };
}

function find(map: GeoMap, family: 4 | 6, address: bigint): number {
  const word = (shift: bigint) => Number((address >> shift) & 0xffff_ffffn);
  return family === 4 ? map.find4(Number(address)) : map.find6(word(96n), word(64n), word(32n), word(0n));
}
