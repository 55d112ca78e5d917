import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/geo/compile.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import { around, database, place, regionsUpTo, sourceOf } from './arbitraries.ts';
import { isElsewhere, Oracle, textOf } from './oracle.ts';

const recordPlace = fc.option(place, { nil: undefined, freq: 4 });
const sets = fc.array(fc.uniqueArray(fc.nat(11), { minLength: 1 }), { maxLength: 3 });
const scene = fc.record({
  databases: fc.array(database(recordPlace), { minLength: 1, maxLength: 3 }),
  regions: regionsUpTo(12),
  sets,
  recordSize: fc.constantFrom(24 as const, 28 as const, 32 as const),
  extra: fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { maxLength: 5 }),
});

describe('compile, then GeoMap', () => {
  it('gives the ranking and the scope of the definition', () => {
    fc.assert(
      fc.property(scene, ({ databases, regions, sets, recordSize, extra }) => {
        const known = sets.map((set) => set.filter((region) => region < regions.length));
        const sources = databases.map((each) => sourceOf(each, recordSize, (place) => ({ ...place })));
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
