import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MmdbWriter } from '../../geodb/mmdb-writer.ts';
import { MemoryBytes } from '../../src/geo/bytes.ts';
import { compile } from '../../src/geo/compile.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import type { WalkSource } from '../../src/geo/walk.ts';
import { databaseInfo } from './databases.ts';
import { type Database, isElsewhere, type Network, Oracle, textOf } from './oracle.ts';

const place = fc.record({
  latitude: fc.integer({ min: -80, max: 80 }),
  longitude: fc.integer({ min: -170, max: 170 }),
});
const recordPlace = fc.option(place, { nil: undefined, freq: 4 });

/** Bases that networks crowd around, so that they nest, touch and cover one another. */
const bases4 = [0n, 0x0a00_0000n, 0xc000_0200n, 0xc000_0280n, 0xffff_ff00n, 0x0a00_ffffn];
const bases6 = [
  ...[0n, 0xffff_0000_0000n, 0x64_ff9bn << 96n, 0x2001_0000n << 96n, 0x2002n << 112n, (1n << 128n) - 1n],
  ...[0x2001_0db8n << 96n, (0x2001_0db8n << 96n) + (0x10002n << 48n), (0x2a00_1450n << 96n) + 0x1_0000_0007n],
];

function networks(bases: readonly bigint[], bits: number): fc.Arbitrary<Network[]> {
  const network = fc.record({
    base: fc.constantFrom(...bases),
    flip: fc.integer({ min: 0, max: bits - 1 }),
    length: fc.integer({ min: 1, max: bits }),
    place: recordPlace,
  });
  return fc.array(
    network.map(({ base, flip, length, place }) => {
      const host = BigInt(bits - length);
      return { start: ((base ^ (1n << BigInt(flip))) >> host) << host, length, place };
    }),
    { maxLength: 12 },
  );
}

const database: fc.Arbitrary<Database> = fc.oneof(
  networks(bases4, 32).map((list) => ({ ipVersion: 4 as const, networks: list })),
  networks([...bases6, ...bases4], 128).map((list) => ({ ipVersion: 6 as const, networks: list })),
);

/** Off the grid of places, each by another step: no place is as far from one region as from another. */
const regions = fc.array(place, { minLength: 1, maxLength: 12 }).map((list) =>
  list.map(({ latitude, longitude }, i) => ({
    latitude: latitude + 0.0131 * (i + 1) ** 2,
    longitude: longitude + 0.0173 * (i + 1) ** 2,
  })),
);
const sets = fc.array(fc.uniqueArray(fc.nat(11), { minLength: 1 }), { maxLength: 3 });
const scene = fc.record({
  databases: fc.array(database, { minLength: 1, maxLength: 3 }),
  regions,
  sets,
  recordSize: fc.constantFrom(24 as const, 28 as const, 32 as const),
  extra: fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { maxLength: 5 }),
});

describe('compile, then GeoMap', () => {
  it('gives the ranking and the scope of the definition', () => {
    fc.assert(
      fc.property(scene, ({ databases, regions, sets, recordSize, extra }) => {
        const known = sets.map((set) => set.filter((region) => region < regions.length));
        const sources = databases.map((each) => sourceOf(each, recordSize));
        const views = [{ kind: 'distance' as const, bias: regions.map(() => 0) }];
        const buffer = compile(sources, views, { regions, sets: known })[0]!.map;
        expect(isSoundMap(buffer)).toBe(true);
        const map = new GeoMap(buffer);
        const oracle = new Oracle(databases, regions, known);
        for (const address of around(oracle.boundaries(4), extra, 32)) {
          const expected = { ranking: oracle.ranking4(address), scope: oracle.scope4(address) };
          expect(find4(map, address), textOf(address, 4)).toEqual(expected);
        }
        for (const address of around(oracle.boundaries(6), extra, 128)) {
          if (isElsewhere(address)) continue;
          const expected = { ranking: oracle.ranking6(address), scope: oracle.scope6(address) };
          expect(find6(map, address), textOf(address, 6)).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** Boundaries, their neighbours and some others: at most 60, spread over all. */
function around(boundaries: readonly bigint[], extra: readonly bigint[], bits: number): bigint[] {
  const limit = 1n << BigInt(bits);
  const all = [
    ...boundaries.flatMap((point) => [point - 1n, point, point + 1n]),
    ...extra.map((point) => point % limit),
  ];
  const inside = all.filter((point) => point >= 0n && point < limit);
  const step = Math.ceil(inside.length / 60);
  return inside.filter((_, i) => i % step === 0);
}

function find4(map: GeoMap, address: bigint) {
  return unpack(map, map.find4(Number(address)));
}

function find6(map: GeoMap, address: bigint) {
  const word = (shift: bigint) => Number((address >> shift) & 0xffff_ffffn);
  return unpack(map, map.find6(word(96n), word(64n), word(32n), word(0n)));
}

function unpack(map: GeoMap, found: number) {
  const at = (found >>> 8) * map.regionCount;
  return { ranking: [...map.rankings.subarray(at, at + map.regionCount)], scope: found & 0xff };
}

function sourceOf(database: Database, recordSize: 24 | 28 | 32): WalkSource {
  const { ipVersion } = database;
  const writer = new MmdbWriter({ ipVersion, recordSize, databaseType: 'test', buildEpoch: 0 });
  for (const { start, length, place } of database.networks) {
    writer.insert(`${textOf(start, ipVersion)}/${length}`, place ? { ...place } : { city: 'Nowhere' });
  }
  const { bytes } = writer.encode();
  return { info: databaseInfo(bytes), load: () => new MemoryBytes(bytes) };
}
