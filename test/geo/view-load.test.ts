import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decidingKey } from '../../src/geo/deciding-key.ts';
import { keyText } from '../../src/geo/key-text.ts';
import { type GeoRequest, type LoadedGeo, loadGeo } from '../../src/geo/load.ts';
import { locate } from '../../src/geo/locate.ts';
import { GeoMap } from '../../src/geo/map.ts';
import type { LatencyRow, MatchKey, View } from '../../src/geo/views.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { OperatorError } from '../../src/runtime/errors.ts';
import { limits } from '../../src/runtime/limits.ts';
import { fixture, withDirectory } from './databases.ts';

const regions = [
  { latitude: 50.11, longitude: 8.68 },
  { latitude: 45.84, longitude: -119.7 },
  { latitude: -33.87, longitude: 151.21 },
];
const places = ['dbip-city-ipv4', 'dbip-city-ipv6'];

/** `192.0.2.0/24`, `AS64496`, `US-CA`, `US`, `continent EU`. */
function key(text: string): MatchKey {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return { kind: 'prefix', prefix };
  if (/^AS\d/.test(text)) return { kind: 'asn', asn: Number(text.slice(2)) };
  if (text.startsWith('continent ')) return { kind: 'continent', continent: text.slice(10) };
  const [country, subdivision] = text.split('-');
  return subdivision === undefined
    ? { kind: 'country', country: country! }
    : { kind: 'subdivision', country: country!, subdivision };
}

function match(...entries: string[][]): View {
  return { kind: 'match', entries: entries.map((keys) => ({ keys: keys.map(key) })) };
}

function latency(...rows: [client: string, region: number, milliseconds: number][]): View {
  return {
    kind: 'latency',
    table: {
      rows: rows.map(([client, region, milliseconds]) => {
        return { client: key(client) as LatencyRow['client'], region, milliseconds };
      }),
    },
  };
}

function load(names: readonly string[], views: readonly View[], change: Partial<GeoRequest> = {}): LoadedGeo {
  const sources = names.map((name) => ({ path: fixture(`${name}.mmdb`) }));
  return loadGeo({ sources, regions, sets: [[0, 1, 2]], views, cacheDirectory: undefined, ...change });
}

function find(loaded: LoadedGeo, text: string, view = 0): number {
  const map = new GeoMap(loaded.maps[view]!);
  const { family, bytes } = parseAddress(text)!;
  const words = new DataView(bytes.buffer);
  const word = (i: number) => words.getUint32(4 * i);
  return family === 4 ? map.find4(word(0)) : map.find6(word(0), word(1), word(2), word(3));
}

function order(loaded: LoadedGeo, text: string): number[] {
  const map = new GeoMap(loaded.maps[0]!);
  const at = (find(loaded, text) >>> 8) * map.regionCount;
  return [...map.rankings.subarray(at, at + map.regionCount)];
}

/** Each more specific key inside the one before. */
const nested = match(
  ['continent EU', 'continent NA'],
  ['GB'],
  ['GB-ENG'],
  ['AS64497'],
  ['192.0.2.8/29'],
  ['192.0.2.8/32', '2001:db8:1::/48'],
);

describe('a match view', () => {
  it.each([
    ['192.0.2.8', 7, '192.0.2.8/32'],
    ['192.0.2.9', 6, '192.0.2.8/29'],
    ['::ffff:192.0.2.9', 6, '192.0.2.8/29'],
    ['64:ff9b::c000:209', 6, '192.0.2.8/29'],
    ['2002:c000:209::1', 6, '192.0.2.8/29'],
    ['192.0.2.100', 5, 'AS64497'],
    ['192.0.2.200', 2, 'continent EU'],
    ['198.18.0.1', 2, 'continent NA'],
    ['203.0.113.1', 1, undefined],
    ['8.8.8.8', 0, undefined],
    ['2001:db8::1', 4, 'GB-ENG'],
    ['2001:db8:1::1', 7, '2001:db8:1::/48'],
    ['2a00::1', 0, undefined],
  ])('gives %s number %i by %s', (address, number, decided) => {
    const loaded = load([...places, 'flat-asn'], [nested]);
    expect(find(loaded, address) >>> 8).toBe(number);
    const found = decidingKey(nested, locate(loaded.databases, parseAddress(address)!));
    expect(found && keyText(found)).toBe(decided);
  });

  it('has the scope of its own answer, not that of a record', () => {
    const loaded = load(places, [match(['GB', 'DE'])]);
    // England and Bavaria share the /24 here: one entry, one scope.
    expect(find(loaded, '192.0.2.1') & 0xff).toBe(24);
    expect(find(load(places, [match(['GB'], ['DE'])]), '192.0.2.1') & 0xff).toBe(25);
  });

  it('reads ISO codes where the database has them', () => {
    const loaded = load(['maxmind-city'], [match(['NO-Troms'])]);
    expect(find(loaded, '198.51.100.1') >>> 8).toBe(2);
  });

  it('goes by the first database that tells an AS number', () => {
    const view = match(['AS64497']);
    expect(find(load([...places, 'flat-asn', 'maxmind-asn'], [view]), '192.0.2.1') >>> 8).toBe(2);
    expect(find(load([...places, 'maxmind-asn', 'flat-asn'], [view]), '192.0.2.1') >>> 8).toBe(1);
  });

  it('needs no places when no key goes by them', () => {
    const loaded = load(['flat-asn'], [match(['AS4200000000'], ['10.0.0.0/8'])]);
    expect([find(loaded, '203.0.113.9') >>> 8, find(loaded, '10.1.1.1') >>> 8]).toEqual([2, 3]);
    expect(loaded.warnings).toEqual([]);
    expect(() => load(['flat-asn'], [match(['US'])])).toThrow(OperatorError);
  });

  it('honours prefixes when there is no database', () => {
    const loaded = load([], [match(['192.0.2.0/24', '2001:db8::/32', 'US']), match(['US'])]);
    expect([find(loaded, '192.0.2.1'), find(loaded, '192.0.3.1') >>> 8]).toEqual([2 * 256 + 24, 0]);
    expect(find(loaded, '2001:db8::1')).toBe(2 * 256 + 32);
    expect(find(loaded, '192.0.2.1', 1)).toBe(0);
    expect(loaded.findings[1]!.notes).toEqual(['there is no database: US cannot match']);
  });

  it('takes the first of equal keys', () => {
    const view = match(['US', '192.0.2.0/24'], ['192.0.2.0/24', 'US']);
    const loaded = load(places, [view]);
    expect([find(loaded, '192.0.2.1') >>> 8, find(loaded, '198.18.0.1') >>> 8]).toEqual([2, 2]);
    expect(loaded.findings[0]!.notes).toEqual([]);
  });

  it('tells keys that do not do what they seem to', () => {
    const view = match(
      ['US-ZZ', 'US-WA', 'FI-18'],
      ['ZZ', 'GB', 'continent AN', '2002::/16', '2001::/16'],
      ['AS7', 'CA-US'],
    );
    expect(load(places, [view]).findings[0]!.notes).toEqual([
      'US-ZZ matches no record',
      'FI-18 cannot match: no database has ISO codes for the subdivisions of FI',
      'ZZ matches no record',
      'continent AN matches no record',
      '2002::/16 matches nobody: clients there are placed by the IPv4 address inside',
      'CA-US matches no record; did you mean US-CA?',
      'no database tells AS numbers: AS7 cannot match',
    ]);
    expect(load([...places, 'flat-asn'], [view]).findings[0]!.notes).toContain('AS7 matches no record');
  });

  it('tells which shares of the addresses it has no entry for', () => {
    const half = load([], [match(['0.0.0.0/0'])]).findings[0]!.shares;
    expect(half).toEqual({ unplaced: 0, noEntry: 0 });
    const { unplaced, noEntry } = load(places, [match(['GB'])]).findings[0]!.shares!;
    // Of the networks of the fixture none is an ordinary one.
    expect([unplaced, noEntry]).toEqual([1, 0]);
  });
});

describe('a latency view', () => {
  const table = latency(
    ['GB', 2, 30],
    ['GB', 1, 20],
    ['AS64497', 2, 10],
    ['192.0.2.8/29', 0, 5],
    ['192.0.2.8/29', 2, 7],
    ['192.0.2.8/29', 2, 3],
    ['2001:db8::/32', 1, 1],
  );

  it.each([
    ['192.0.2.9', [2, 0, 1], '192.0.2.8/29'],
    ['192.0.2.1', [2, 0, 1], 'AS64497'],
    ['2002:c000:201::', [2, 0, 1], 'AS64497'],
    ['192.0.2.200', [0, 1, 2], undefined],
    ['2001:db8::1', [1, 0, 2], '2001:db8::/32'],
    ['203.0.113.7', [2, 1, 0], undefined],
    ['8.8.8.8', [0, 1, 2], undefined],
  ])('orders regions for %s as %j by %s', (address, expected, decided) => {
    const loaded = load([...places, 'flat-asn'], [table]);
    expect(order(loaded, address)).toEqual(expected);
    const found = decidingKey(table, locate(loaded.databases, parseAddress(address)!));
    expect(found && keyText(found)).toBe(decided);
  });

  it('goes by the country where nothing is more specific', () => {
    expect(order(load(places, [table]), '192.0.2.1')).toEqual([1, 2, 0]);
    expect(load(places, [table]).findings[0]!.notes).toEqual([
      'no database tells AS numbers: what was measured for them does not count',
    ]);
  });

  it('honours prefixes when there is no database', () => {
    const loaded = load([], [table]);
    expect([order(loaded, '192.0.2.9'), order(loaded, '192.0.2.1')]).toEqual([
      [2, 0, 1],
      [0, 1, 2],
    ]);
  });
});

describe('a latency view with more orders than numbers', () => {
  it('goes by the fastest region alone once they run out, and says so', () => {
    const count = 44;
    const many = Array.from({ length: count }, (_, i) => ({ latitude: i, longitude: 3 * i }));
    const pairs = many.flatMap((_, a) => many.slice(0, a).map((_, b) => [a, b]));
    const clients = Array.from({ length: count ** 3 }, (_, i) => {
      const third = i % count;
      return [third, Math.floor(i / count) % count, Math.floor(i / count ** 2) % count];
    });
    const rows = clients.flatMap((order, i): LatencyRow[] => {
      const client = key(`9.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}/32`) as LatencyRow['client'];
      return order.map((region, at) => ({ client, region, milliseconds: 9 - at }));
    });
    const view: View = { kind: 'latency', table: { rows } };
    const loaded = load([], [view], { regions: many, sets: pairs });
    expect(loaded.warnings).toEqual([expect.stringContaining('ranked by their nearest region')]);
    const map = new GeoMap(loaded.maps[0]!);
    for (const i of [0, 1, 64_000, clients.length - 1]) {
      // Later rows are faster here, and of rows for one region the last counts.
      expect(map.rankings[(map.find4(0x0900_0000 + i) >>> 8) * count]).toBe(clients[i]![2]);
    }
  });
});

describe('loadGeo with several views', () => {
  const unbiased: View = { kind: 'distance', bias: [0, 0, 0] };
  const views = [unbiased, match(['GB']), latency(['AS64497', 2, 1])];
  const names = [...places, 'flat-asn'];

  it('keeps a map for each, and compiles anew only what changed', () => {
    withDirectory((cacheDirectory) => {
      const cold = load(names, views, { cacheDirectory });
      const warm = load(names, views, { cacheDirectory });
      expect([cold.fromCache, warm.fromCache]).toEqual([false, true]);
      expect(fs.readdirSync(cacheDirectory)).toHaveLength(3);
      for (const [i, map] of warm.maps.entries()) {
        expect(Buffer.compare(Buffer.from(map), Buffer.from(cold.maps[i]!))).toBe(0);
      }
      expect(warm.findings).toEqual(cold.findings);
      const [first] = fs.readdirSync(cacheDirectory).map((name) => `${cacheDirectory}/${name}`);
      const before = fs.statSync(first!).ino;
      load(names, [...views, match(['DE'])], { cacheDirectory });
      expect(fs.readdirSync(cacheDirectory)).toHaveLength(4);
      expect(fs.statSync(first!).ino).toBe(before);
    });
  });

  it('does not compile views by places anew when a database of AS numbers changes', () => {
    withDirectory((cacheDirectory) => {
      load(names, views, { cacheDirectory });
      const changed = [...places, 'maxmind-asn'];
      expect(load(changed, views.slice(0, 2), { cacheDirectory }).fromCache).toBe(true);
      expect(load(changed, views.slice(2), { cacheDirectory }).fromCache).toBe(false);
    });
  });

  it('does not compile match views anew when regions change', () => {
    withDirectory((cacheDirectory) => {
      load(names, views, { cacheDirectory });
      const moved = { cacheDirectory, regions: regions.toReversed() };
      expect(load(names, [match(['GB'])], moved).fromCache).toBe(true);
      expect(load(names, [unbiased], moved).fromCache).toBe(false);
      expect(load(names, [{ kind: 'distance', bias: [0, 0, 1] }], { cacheDirectory }).fromCache).toBe(false);
    });
  });

  it('keeps all maps in use, however many', () => {
    withDirectory((cacheDirectory) => {
      const codes = [...'ABCDEFGHIJKLM'].map((letter) => match([`G${letter}`]));
      expect(codes.length).toBeGreaterThan(limits.geoCacheFiles);
      load(places, codes, { cacheDirectory });
      expect(load(places, codes, { cacheDirectory }).fromCache).toBe(true);
      load(places, [match(['US'])], { cacheDirectory });
      expect(fs.readdirSync(cacheDirectory)).toHaveLength(limits.geoCacheFiles + 1);
    });
  });
});
