import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryBytes } from '../../src/geo/bytes.ts';
import { DatabaseFile, type DatabaseInfo, dataOffset } from '../../src/geo/database.ts';
import { type LoadedGeo, loadGeo } from '../../src/geo/load.ts';
import { locate } from '../../src/geo/locate.ts';
import { GeoMap } from '../../src/geo/map.ts';
import type { Place } from '../../src/geo/place.ts';
import { RecordReader } from '../../src/geo/record-reader.ts';
import { SearchTree } from '../../src/geo/search-tree.ts';
import { knowsSubdivisions } from '../../src/geo/subdivisions.ts';
import { embeddedBits } from '../../src/ip/embedded.ts';
import { Random } from '../../src/runtime/random.ts';
import { withDirectory } from './databases.ts';
import { haversineKm } from './oracle.ts';

const names = ['Virginia', 'Oregon', 'Ireland', 'Frankfurt', 'Sao Paulo', 'Singapore', 'Sydney'];
const regions = [
  { latitude: 39.04, longitude: -77.49 },
  { latitude: 45.84, longitude: -119.7 },
  { latitude: 53.35, longitude: -6.26 },
  { latitude: 50.11, longitude: 8.68 },
  { latitude: -23.55, longitude: -46.63 },
  { latitude: 1.35, longitude: 103.82 },
  { latitude: -33.87, longitude: 151.21 },
];

/** An address of the real data with what its record says. */
interface Sample {
  readonly words: readonly [number, number, number, number];
  readonly place: Place;
}

describe('the bundled data', () => {
  let cold: LoadedGeo;
  let warm: LoadedGeo;
  let map: GeoMap;
  const samples = { 4: [] as Sample[], 6: [] as Sample[] };

  beforeAll(() => {
    withDirectory((cacheDirectory) => {
      const views = [{ kind: 'distance' as const, bias: regions.map(() => 0) }];
      const sets = [[...regions.keys()]];
      const request = { sources: ['bundled' as const], regions, sets, views, cacheDirectory };
      cold = loadGeo(request);
      warm = loadGeo(request);
    });
    map = new GeoMap(warm.maps[0]!);
    for (const info of cold.databases) samples[info.ipVersion].push(...draw(info, 8_000));
  });
  afterAll(() => {
    samples[4] = samples[6] = [];
  });

  it('is compiled once and small', () => {
    expect([cold.fromCache, warm.fromCache]).toEqual([false, true]);
    expect(warm.maps[0]!.byteLength).toBeLessThan(25e6);
    expect(cold.databases.map((info) => info.ipVersion)).toEqual([4, 6]);
    expect(cold.warnings).toEqual([]);
  });

  it.each([
    ['London', 'GB', 'Ireland'],
    ['Munich', 'DE', 'Frankfurt'],
    ['Auckland', 'NZ', 'Sydney'],
    ['Seattle', 'US', 'Oregon'],
    ['Singapore', 'SG', 'Singapore'],
  ])('sends %s (%s) to %s', (city, country, region) => {
    const clients = samples[4].filter(({ place }) => place.country === country && place.city === city);
    expect(clients.length).toBeGreaterThan(0);
    for (const { words } of clients) expect(names[nearest(4, words)]).toBe(region);
  });

  it.each([4, 6] as const)('ranks IPv%i clients by haversine from where their record is', (family) => {
    expect(samples[family].length).toBe(8_000);
    for (const { words, place } of samples[family]) {
      const expected = [...regions.keys()].sort(
        (a, b) => haversineKm(regions[a]!, place) - haversineKm(regions[b]!, place),
      );
      expect(row(look(family, words))).toEqual(expected);
    }
  });

  it.each([4, 6] as const)('answers alike for IPv%i addresses in one scope', (family) => {
    const random = new Random(7);
    for (const { words } of samples[family]) {
      const found = look(family, words);
      const scope = found & 0xff;
      const others = words.map((word, i) => mixHost(word, random.next(), scope - 32 * i));
      expect(look(family, others)).toBe(found);
    }
  });

  it('has names of subdivisions that lead to their codes', () => {
    const divided = samples[4].filter(
      ({ place: { country, subdivision } }) => knowsSubdivisions(country ?? '') && subdivision !== undefined,
    );
    expect(divided.length).toBeGreaterThan(3_000);
    const lost = divided.filter(({ place }) => place.subdivisionCode === undefined);
    expect(new Set(lost.map(({ place }) => `${place.country} ${place.subdivision}`)).size).toBeLessThan(4);
  });

  it('is told by locate as it is in the map', () => {
    for (const { words, place } of samples[6].slice(0, 50)) {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      words.forEach((word, i) => {
        view.setUint32(4 * i, word);
      });
      expect(locate(cold.databases, { family: 6, bytes }).placed?.place).toEqual(place);
    }
  });

  function look(family: 4 | 6, [w0, w1, w2, w3]: readonly number[]): number {
    return family === 4 ? map.find4(w0!) : map.find6(w0!, w1!, w2!, w3!);
  }

  function row(found: number): number[] {
    const at = (found >>> 8) * map.regionCount;
    return [...map.rankings.subarray(at, at + map.regionCount)];
  }

  function nearest(family: 4 | 6, words: readonly number[]): number {
    return row(look(family, words))[0]!;
  }
});

/** Addresses that carry no other, below leaves found by going left or right at random from the root. */
function draw(info: DatabaseInfo, count: number): Sample[] {
  const file = new DatabaseFile(info.path);
  const bytes: MemoryBytes = file.load();
  file.close();
  const tree = new SearchTree(bytes, info.nodeCount, info.recordSize);
  const reader = new RecordReader(bytes, info.dataStart, info.dataEnd);
  const random = new Random(1);
  const found: Sample[] = [];
  while (found.length < count) {
    const words: [number, number, number, number] = [
      random.next(),
      random.next(),
      random.next(),
      random.next(),
    ];
    let record = 0;
    for (let depth = 0; record < info.nodeCount; depth++) {
      const bit = (words[depth >>> 5]! >>> (31 - (depth & 31))) & 1;
      const wanted = tree.child(record, bit);
      // Where nothing hangs on this side, take the other: the most of IPv6 is empty.
      const side = wanted === info.nodeCount ? 1 - bit : bit;
      if (side !== bit) words[depth >>> 5] = (words[depth >>> 5]! ^ (0x8000_0000 >>> (depth & 31))) >>> 0;
      record = tree.child(record, side);
    }
    const isOther = info.ipVersion === 6 && embeddedBits(words[0], words[1], words[2]) !== 0;
    if (isOther || record === info.nodeCount) continue;
    reader.read(dataOffset(info, record));
    if (!reader.placed) continue;
    found.push({ words, place: reader.place() });
  }
  return found;
}

/** The first `kept` bits of one word, the others of another. */
function mixHost(word: number, other: number, kept: number): number {
  if (kept <= 0) return other;
  const mask = kept >= 32 ? 0xffff_ffff : ~(0xffff_ffff >>> kept);
  return ((word & mask) | (other & ~mask)) >>> 0;
}
