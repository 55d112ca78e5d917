import type { Config, Endpoint, Monitor, Pool } from '../src/config/model.ts';
import type { FailoverPolicy, Policy, SingleWriter } from '../src/config/policy-model.ts';
import { parseName } from '../src/dns/names.ts';
import { parseAddress } from '../src/ip/address.ts';

/** What every world steers: a database that one region writes, and a website in all. */
export const DB = 0;
export const WEB = 1;
/** Of the website, but not from region c. */
export const RESIDENT = 2;
const TTL_SECONDS = 20;
export const FLOOR_REGIONS = 2;
export const MAX_LAG_SECONDS = 30;
export const LAG_KEEP_MS = 30_000;

const monitor: Monitor = {
  ...{ name: 'tcp', intervalMs: 10_000, timeoutMs: 2_000, fall: 3, rise: 2, source: undefined },
  latency: undefined,
  check: { type: 'tcp', port: 5432, send: undefined, expect: undefined },
};

/** From the last moment at which an endpoint was well until it is known to be down: as operators are told. */
export const DETECT_MS = monitor.intervalMs + (monitor.fall - 1) * 1_000 + monitor.timeoutMs;

export const regionNames = ['a', 'b', 'c'];

export function siteOf(singleWriter: SingleWriter): Config {
  const config: Pick<
    Config,
    | ('regions' | 'pools' | 'policies' | 'owners' | 'zones' | 'steerings' | 'overrides' | 'views')
    | ('maintenance' | 'selfCheck')
  > = {
    regions: regionNames.map((name, i) => ({
      ...{ name, title: name, latitude: 0, longitude: 10 * i, check: undefined },
    })),
    pools: [database(), website()],
    policies: policiesOf(singleWriter),
    ...{ owners: [], overrides: [], views: [], maintenance: [], selfCheck: undefined },
    steerings: [DB, WEB, RESIDENT].map((policy) => ({ policy, ...plain })),
    zones: [{ apex: wire('example.'), source: { lines: [] }, steer }],
  };
  return config as Config;
}

/** `db.example.`, `web.example.` and `resident.example.` are steered by the policies of those names. */
export const names = ['db', 'web', 'resident'].map((label) => wire(`${label}.example.`));

const steer = names.map((owner, steering) => ({ owner, steering, line: 0, column: 0 }));

export function wire(text: string): Uint8Array {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.name;
}

const plain = {
  hosts: 'flatten',
  ...{ https: undefined, svcb: undefined, srv: undefined, mx: undefined },
} as const;

function database(): Pool {
  const endpoints = regionNames.map((name, region) => endpointOf(name, region, `192.0.2.${region + 1}`));
  const sources = endpoints.map(({ name }) => ({
    ...({ kind: 'json', url: 'http://lag', query: name, everyMs: 5_000, keepMs: LAG_KEEP_MS } as const),
  }));
  const replication = { sources, maxSeconds: MAX_LAG_SECONDS, waitMs: 120_000, afterWait: 'nodata' } as const;
  return {
    ...{ name: 'db', monitor, endpoints, replication },
    ...{ floor: undefined, rampMs: undefined, minUp: undefined, capacities: [] },
  };
}

function website(): Pool {
  const endpoints = regionNames.flatMap((name, region) =>
    [1, 2].map((n) => endpointOf(`${name}${n}`, region, `198.51.100.${10 * region + n}`)),
  );
  const floor = { regions: FLOOR_REGIONS, capacity: 0 };
  return { name: 'web', monitor, endpoints, floor, rampMs: 60_000, minUp: undefined, capacities: [] };
}

function endpointOf(name: string, region: number, text: string): Endpoint {
  const address = parseAddress(text)!;
  return { name, region, address, host: undefined, weight: 1, probe: { address, port: undefined } };
}

function policiesOf(singleWriter: SingleWriter): Policy[] {
  const base = {
    ...{ ttl: { minSeconds: TTL_SECONDS, maxSeconds: TTL_SECONDS }, answers: 1 },
    allDown: 'serve-all',
    families: 'together',
    ...{ fallback: undefined, residency: undefined },
  } as const;
  const tiers = regionNames.map((_, endpoint) => ({ pool: 0, endpoints: [endpoint] }));
  const db: FailoverPolicy = { ...base, name: 'db', type: 'failover', tiers, singleWriter };
  const nearest = { ...base, type: 'nearest', from: { pool: 1 }, view: 0, spread: 'fill' } as const;
  const residency = { permitted: [[0, 1]], view: 1, sorry: [] };
  return [db, { ...nearest, name: 'web' }, { ...nearest, name: 'resident', residency }];
}
