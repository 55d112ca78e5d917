import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGeo } from '../src/geo/load.ts';
import { GeoMap } from '../src/geo/map.ts';
import type { MatchKey, View } from '../src/geo/views.ts';
import { Random } from '../src/runtime/random.ts';

/*
 * The geo map of the bundled data: time and memory to compile it, alone or beside other views, to load it from the cache, and per look-up.
 *
 *   npx tsc -p tsconfig.json --noEmit false --outDir dist/tools && node dist/tools/bench/geo.js [regions] [views]
 */

const count = Number(process.argv[2] ?? 7);
const known = [
  ...[
    [39.04, -77.49],
    [45.84, -119.7],
    [53.35, -6.26],
    [50.11, 8.68],
    [-23.55, -46.63],
    [1.35, 103.82],
  ],
  ...[
    [-33.87, 151.21],
    [35.68, 139.69],
    [19.08, 72.88],
    [-33.92, 18.42],
    [25.2, 55.27],
    [51.51, -0.13],
  ],
];
const random = new Random(1);
const regions = Array.from({ length: count }, (_, i) => ({
  latitude: known[i]?.[0] ?? random.fraction() * 120 - 55,
  longitude: known[i]?.[1] ?? random.fraction() * 360 - 180,
}));
const cacheDirectory = mkdtempSync(join(tmpdir(), 'meridian-bench-'));
const unbiased = { kind: 'distance', bias: regions.map(() => 0) } as const;
const country = (code: string): MatchKey => ({ kind: 'country', country: code });
const allViews: View[] = [
  unbiased,
  { kind: 'distance', bias: regions.map((_, i) => 10 * (i % 5)) },
  {
    kind: 'match',
    entries: [
      { keys: [{ kind: 'continent', continent: 'EU' }, country('TR')] },
      { keys: [country('US')] },
      {
        keys: ['CA', 'OR', 'WA'].map((subdivision) => ({ kind: 'subdivision', country: 'US', subdivision })),
      },
    ],
  },
];
const views = allViews.slice(0, Number(process.argv[3] ?? 1));
const request = {
  sources: ['bundled' as const],
  regions,
  sets: [[...regions.keys()]],
  cacheDirectory,
  views,
};

const cold = timed('cold load', () => loadGeo(request));
console.log(`peak resident memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
timed('warm load', () => loadGeo(request));
rmSync(cacheDirectory, { recursive: true });

const map = new GeoMap(cold.maps[0]!);
const rankings = map.rankings.length / map.regionCount;
console.log(
  `map: ${(cold.maps[0]!.byteLength / 1e6).toFixed(1)} MB, ${regions.length} regions, ${rankings} rankings`,
);

const addresses = Uint32Array.from({ length: 1 << 21 }, () => random.next());
const half = addresses.length / 2;
for (let round = 0; round < 3; round++) {
  perCall('find4, random addresses', (i) => map.find4(addresses[i]!));
  perCall('find6, random in 2a00::/12', (i) =>
    map.find6(0x2a00_0000 + (addresses[i]! >>> 12), addresses[half + i]!, 0, 1),
  );
  perCall('find6, random in all of IPv6', (i) => map.find6(addresses[i]!, addresses[half + i]!, 0, 1));
}

function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  console.log(`${what}: ${Math.round(performance.now() - start)} ms`);
  return result;
}

function perCall(what: string, look: (i: number) => number): void {
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < half; i++) sum += look(i);
  const ns = ((performance.now() - start) * 1e6) / half;
  console.log(`${what}: ${ns.toFixed(1)} ns (${sum % 10})`);
}
