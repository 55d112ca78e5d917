import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MmdbWriter, Typed } from '../../geodb/mmdb-writer.ts';
import { visitBlocks } from '../../src/diff/blocks.ts';
import { type ClientGroup, divideClients } from '../../src/diff/clients.ts';
import { loadCountries } from '../../src/diff/countries.ts';
import { loadGeo } from '../../src/geo/load.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { reservedPrefix4 } from '../../src/ip/reserved.ts';
import { countriesOf, viewOf } from './world.ts';

const directory = mkdtempSync(join(tmpdir(), 'meridian-diff-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Nested, split below /24, side by side without being a prefix, reserved. */
const networks = [
  ['1.0.0.0/10', 'GB', 51.5, -0.1],
  ['1.2.0.0/15', 'DE', 48.1, 11.6],
  ['1.2.3.0/25', 'US', 47.6, -122.3],
  ['1.2.4.128/25', 'US', 47.6, -122.3],
  ['1.2.5.0/24', 'US', 39, -77.5],
  ['45.0.0.0/9', 'US', 39, -77.5],
  ['45.128.0.0/10', 'US', 47.6, -122.3],
  ['103.1.2.7/32', 'NZ', -36.9, 174.8],
  ['192.168.0.0/16', 'GB', 51.5, -0.1],
  ['223.255.255.0/24', 'NZ', -36.9, 174.8],
] as const;
const networks6 = [
  ['2400::/30', 'NZ', -36.9, 174.8],
  ['2a00::/16', 'DE', 48.1, 11.6],
  ['2a00:23c0::/26', 'GB', 51.5, -0.1],
  ['2a00:23c0:1:2::/64', 'US', 39, -77.5],
] as const;
const sources = [{ path: write('geo4.mmdb', 4, networks) }, { path: write('geo6.mmdb', 6, networks6) }];
const countries = loadCountries(sources);
const regions = [
  { latitude: 39, longitude: -77.5 },
  { latitude: 53, longitude: -6 },
  { latitude: -34, longitude: 151 },
];
const views = [
  { kind: 'distance', bias: [0, 0, 0] } as const,
  viewOf([['1.2.0.0/17', '45.130.0.0/15', '2a00:23c0::/27']]),
];
const maps = loadGeo({ sources, regions, sets: [[0, 1, 2]], views, cacheDirectory: undefined }).maps.map(
  (map) => new GeoMap(map),
);

function write(
  name: string,
  ipVersion: 4 | 6,
  list: readonly (readonly [string, string, number, number])[],
): string {
  const writer = new MmdbWriter({
    databaseType: 'city',
    ipVersion,
    recordSize: 28,
    buildEpoch: 1_780_000_000,
  });
  for (const [network, country, latitude, longitude] of list)
    writer.insert(network, {
      ...{ city: country, country_code: country },
      ...{ latitude: new Typed('float', latitude), longitude: new Typed('float', longitude) },
    });
  const path = join(directory, name);
  writeFileSync(path, writer.encode().bytes);
  return path;
}

/** Networks by family, numbers and country. */
function divided(views: readonly GeoMap[], most?: number): Map<string, number> {
  const sums = new Map<string, number>();
  const take = (groups: readonly ClientGroup[]): void => {
    expect(groups.length).toBeLessThanOrEqual(most ?? 100);
    for (const { family, numbers, countries: own, units } of groups) {
      expect(units).toBe([...own.values()].reduce((sum, each) => sum + each, 0));
      for (const [country, count] of own) {
        const key = `${family} ${numbers.join()} ${countries.codes[country]}`;
        sums.set(key, (sums.get(key) ?? 0) + count);
      }
    }
  };
  divideClients(countries, views, take, most);
  return sums;
}

describe('divideClients', () => {
  it('finds of IPv4 what a look at each /24 finds', () => {
    const counted = new Map<string, number>();
    for (let at = 0; at < 2 ** 24; at++) {
      const address = at * 256;
      const country = countries.map.find4(address) >>> 8;
      if (country === 0 || reservedPrefix4(address) > 0) continue;
      const numbers = maps.map((map) => map.find4(address) >>> 8).join();
      const key = `4 ${numbers} ${countries.codes[country]}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    const found = [...divided(maps)].filter(([key]) => key.startsWith('4'));
    expect(new Map(found)).toEqual(counted);
    expect(counted.size).toBe(6);
  });

  it('finds of IPv6 as many /48 as the networks have', () => {
    expect(divided([]).get('6  NZ')).toBe(2 ** 18);
    expect(divided([]).get('6  GB')).toBe(2 ** 22);
    expect(divided([]).get('6  DE')).toBe(2 ** 32 - 2 ** 22);
    const inside = [...divided(maps)].filter(([key]) => /^6 \d+,2 /.test(key));
    expect(inside.map(([, units]) => units)).toEqual([2 ** 21]);
  });

  it('counts nothing reserved, and no IPv4 that IPv6 carries, inside of what is placed', () => {
    const wide = countriesOf({ DE: ['8.0.0.0/6', '2000::/3'] });
    const units: number[][] = [];
    divideClients(wide, [], (groups) => units.push(...groups.map((group) => [group.family, group.units])));
    // Less 10.0.0.0/8; less 6to4, Teredo and 2001:db8::/32.
    expect(units).toEqual([
      [4, 2 ** 18 - 2 ** 16],
      [6, 2 ** 45 - 2 ** 32 - 2 * 2 ** 16],
    ]);
  });

  it('finds the same when it may keep few groups at once', () => {
    expect(divided(maps, 2)).toEqual(divided(maps));
  });
});

describe('visitBlocks', () => {
  it('never lets a block reach over the border of a prefix that begins before it', () => {
    const blocks: [number, number][] = [];
    // The second block stands in the middle of the /8 that it asks for.
    const bits = (words: Uint32Array) => (words[0] === 0 ? 9 : 8);
    let first = 0;
    visitBlocks(
      4,
      (words) => {
        first = words[0]!;
        return bits(words);
      },
      (units) => blocks.push([first, units]),
    );
    expect(blocks.slice(0, 3)).toEqual([
      [0, 2 ** 15],
      [2 ** 23, 2 ** 15],
      [2 ** 24, 2 ** 16],
    ]);
    expect(blocks.reduce((sum, [, units]) => sum + units, 0)).toBe(2 ** 24);
  });

  it.each([
    [4, 2 ** 24],
    [6, 2 ** 45],
  ] as const)('goes through the whole of IPv%i', (family, units) => {
    let sum = 0;
    visitBlocks(
      family,
      () => 12,
      (own) => {
        sum += own;
      },
    );
    expect(sum).toBe(units);
  });
});
