import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtures } from '../../geodb/fixture.ts';
import { loadGeo } from '../../src/geo/load.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { OperatorError } from '../../src/runtime/errors.ts';
import { promise, type Target } from '../target.ts';

const regions = [
  { latitude: 39, longitude: -77 },
  { latitude: 53, longitude: -6 },
  { latitude: 1, longitude: 103 },
];

const california = { kind: 'subdivision', country: 'US', subdivision: 'CA' } as const;
const system = { kind: 'asn', asn: 64_496 } as const;

/** A geo database: a refusal in the words of an operator, or a map in which every look-up ends. */
export function mmdbTarget(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-fuzz-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'fuzz.mmdb');
  return {
    seeds: [...fixtures().values()].filter((bytes) => bytes.length < 60_000),
    run: (input) => {
      writeFileSync(path, input);
      let maps: readonly SharedArrayBuffer[];
      try {
        maps = loadGeo({
          ...{ sources: [{ path }], regions, sets: [[0, 1, 2]], cacheDirectory: undefined },
          views: [
            { kind: 'distance', bias: [0, 0, 0] },
            { kind: 'match', entries: [{ keys: [california] }, { keys: [system] }] },
          ],
        }).maps;
      } catch (error) {
        if (error instanceof OperatorError) return;
        throw error;
      }
      for (const map of maps.map((buffer) => new GeoMap(buffer))) {
        for (let word = 0; word < 0xffffffff; word += 0x0fedcba9) {
          promise((map.find4(word) & 0xff) <= 32, 'a scope fits its family');
          promise((map.find6(word, word, 0, word) & 0xff) <= 128, 'a scope fits its family');
        }
      }
    },
  };
}
