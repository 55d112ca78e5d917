import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { registerSuccession } from '../../src/metrics/succession.ts';
import { configOf } from '../config/load-text.ts';

const config = configOf(`
regions: { eu: { location: [1, 2] }, us: { location: [3, 4] }, ap: { location: [5, 6] } }
pools:
  web: { endpoints: [{ name: w, region: eu, address: 192.0.2.9 }] }
  db:
    endpoints:
      - { name: a, region: eu, address: 192.0.2.1 }
      - { name: b, region: us, address: 192.0.2.2 }
      - { name: c, region: us, address: 192.0.2.3 }
      - { name: d, region: ap, address: 192.0.2.4 }
    replication: { lag: { json: "http://{address}/lag", path: lag }, max: 30s }
policies: { db: { type: failover, pool: db, order: [eu, us, ap] }, web: { type: nearest, pool: web } }
zones: [{ name: example.com, file: a.zone, steer: { db: db, web: web } }]
`);
const [EU, US] = [0, 1];
const DB = 1;

/** Without those that tell only whether lags are known. */
async function lagsOf(followed: readonly number[]): Promise<string[]> {
  const registry = new Registry();
  // That of `d` is not known.
  const lags = [0, 4, 7, undefined];
  registerSuccession(registry, {
    config: () => config,
    lagOf: (pool, endpoint) => {
      const value = pool === DB ? lags[endpoint] : undefined;
      return value === undefined ? undefined : { value, ageMs: 1_500 };
    },
    sourceRegions: (pool) => (pool === DB ? followed : []),
    failovers: () => [],
  });
  const page = await registry.metrics();
  const name = 'meridian_replication_lag_';
  const lines = page.split('\n').flatMap((line) => (line.startsWith(name) ? line.slice(name.length) : []));
  const known = lines.filter((line) => line.startsWith('known'));
  expect(known.map((line) => line.slice(-1)).join('')).toBe('1110');
  return lines.filter((line) => !line.startsWith('known'));
}

it.each([
  ['behind the one in service', [EU], ['seconds{pool="db",source="eu",region="us"} 7']],
  [
    'behind each in service, of two failovers',
    [EU, US],
    ['seconds{pool="db",source="us",region="eu"} 0', 'seconds{pool="db",source="eu",region="us"} 7'],
  ],
  [
    'behind nobody that is known',
    [],
    ['seconds{pool="db",source="",region="eu"} 0', 'seconds{pool="db",source="",region="us"} 7'],
  ],
])('lags are those of a region %s', async (_, followed, wanted) => {
  const ages = wanted.map((line) => line.replace('seconds{', 'age_seconds{').replace(/\S+$/, '1.5'));
  expect(await lagsOf(followed)).toEqual([...wanted, ...ages]);
});
