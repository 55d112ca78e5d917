import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Pool } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy-model.ts';
import { formatName } from '../../src/dns/names.ts';
import { formatAddress } from '../../src/ip/address.ts';
import { formatPrefix } from '../../src/ip/prefix.ts';
import { configOf, problemsOf } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: example.com.zone } ]\n';

describe('loadConfig', () => {
  it('fills in every default', () => {
    const config = configOf(zones);
    const bytes = (text: string) => text.split(' ').map(Number);
    expect(config).toEqual({
      file: resolve('c.yaml'),
      node: { name: 'host-1' },
      pushTokens: [],
      webhooks: [],
      listen: {
        dns: [
          { address: { family: 4, bytes: Uint8Array.from(bytes('127 0 0 1')) }, port: 5300 },
          {
            address: { family: 6, bytes: Uint8Array.from(bytes('0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1')) },
            port: 5300,
          },
        ],
        http: { address: { family: 4, bytes: Uint8Array.from(bytes('127 0 0 1')) }, port: 8053 },
        workers: 4,
        tls: [],
        proxy: [],
        proxyUdp: true,
        tcp: { connections: 10_000, perClient: 512, idleMs: 10_000 },
      },
      dns: { udpBytes: 1232, nsid: undefined, version: undefined, identity: undefined, cookies: 'own' },
      state: { directory: resolve('.state') },
      geo: { databases: ['bundled'] },
      regions: [],
      pools: [],
      policies: [],
      views: [],
      owners: [],
      overrides: [],
      maintenance: [],
      selfCheck: { share: 0.8, windowMs: 30_000, references: [], ttlSeconds: 5, maxMs: 600_000 },
      steerings: [],
      zones: [{ apex: config.zones[0]!.apex, source: { file: resolve('example.com.zone') }, steer: [] }],
    });
    expect(formatName(config.zones[0]!.apex)).toBe('example.com.');
  });

  it('fills in the defaults of items', () => {
    const { regions, pools, policies } = configOf(`
regions: { b: { location: [ -1, 2.5 ] }, a: { location: [ 0, 0 ], title: A } }
monitors: { w: { type: http }, t: { type: tcp, port: 5432, interval: 1s } }
pools:
  p: { monitor: w, endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] }
  q: { monitor: t, endpoints: [ { name: e, region: b, address: "2001:db8::1", probe: "[2001:db8::2]:80" } ] }
policies: { n: { type: nearest, pool: p }, f: { type: failover, pool: q }, w: { type: weighted, pool: p } }
zones: [ { name: example.com, file: z, steer: { "@": n, "*": f, w: w } } ]
`);
    expect(regions).toEqual([
      { name: 'b', title: 'b', latitude: -1, longitude: 2.5 },
      { name: 'a', title: 'A', latitude: 0, longitude: 0 },
    ]);
    expect(pools.map(({ monitor }) => monitor)).toEqual([
      {
        ...{ name: 'w', intervalMs: 10_000, timeoutMs: 2_000, fall: 3, rise: 2, source: undefined },
        check: {
          ...{
            type: 'http',
            port: 80,
            version: 'auto',
            method: 'GET',
            path: '/',
            host: undefined,
            headers: {},
          },
          ...{ status: [[200, 299]], body: undefined, json: undefined, tls: undefined },
        },
      },
      // The default timeout gives way to a shorter interval.
      {
        name: 't',
        intervalMs: 1_000,
        timeoutMs: 1_000,
        fall: 3,
        rise: 2,
        source: undefined,
        check: { type: 'tcp', port: 5432, send: undefined, expect: undefined },
      },
    ]);
    expect(pools.map(showEndpoints)).toEqual([
      ['e in 1: 192.0.2.1 weight 1, probe 192.0.2.1 undefined'],
      ['e in 0: 2001:db8::1 weight 1, probe 2001:db8::2 80'],
    ]);
    const base = {
      ...{ ttl: { minSeconds: 20, maxSeconds: 20 }, answers: 1, allDown: 'serve-all', fallback: undefined },
      ...{ families: 'together', residency: undefined },
    };
    expect(policies).toEqual([
      { name: 'n', ...base, type: 'nearest', from: { pool: 0 }, view: 0, spread: 'fill' },
      {
        ...{ name: 'f', ...base, type: 'failover', tiers: [{ pool: 1, endpoints: [0], name: 'e' }] },
        ...{ failback: true, singleWriter: undefined },
      },
      { name: 'w', ...base, type: 'weighted', by: { kind: 'pool', from: { pool: 0 } } },
    ]);
  });

  it('reads every key', () => {
    const [certificate, key] = ['valid.pem', 'valid.key.pem'].map((name) =>
      readFileSync(resolve(import.meta.dirname, '../fixtures/tls', name), 'latin1'),
    );
    const files = { [resolve('tls/c.pem')]: certificate!, [resolve('tls/k.pem')]: key! };
    const config = configOf(
      `
node: { name: gtm-1 }
listen:
  dns: [ "0.0.0.0:53" ]
  http: off
  workers: 3
  tls: [ { address: "[::]:853", certificate: tls/c.pem, key: tls/k.pem } ]
  proxy: [ 10.0.0.0/8, "fd00::/8" ]
  tcp: { connections: 6000, per-client: 100, idle: 5s }
state: { directory: /var/lib/meridian }
geo: { databases: [ a.mmdb, bundled ] }
regions: { r: { location: [ 1, 2 ] } }
monitors:
  w:
    type: https
    port: 8443
    method: HEAD
    path: "/h?x=1"
    host: www.example.com
    headers: { X-Check: "yes" }
    status: [ 200, "204,301-302" ]
    interval: 1m
    timeout: 500ms
    fall: 1
    rise: 100
    source: 10.0.0.9
    verify-certificate: false
    http-version: 2
    certificate: tls/c.pem
    key: tls/k.pem
    days-left: { warn: 20, critical: 3 }
pools:
  p: { monitor: w, endpoints: [ { name: e, region: r, address: 192.0.2.1, weight: 1000, probe: "10.0.0.1" } ] }
policies:
  w: { type: weighted, pool: p, ttl: 2m, answers: 16, all-down: nodata, within: region }
zones:
  - { name: example.com, records: [ "@ SOA x" ], steer: { app: w } }
`,
      files,
    );
    expect(config.node.name).toBe('gtm-1');
    expect([config.listen.dns.length, config.listen.http, config.listen.workers]).toEqual([1, undefined, 3]);
    const [tls] = config.listen.tls;
    expect([tls!.socket.port, tls!.identity]).toEqual([853, { certificate, key }]);
    expect(config.listen.proxy.map(formatPrefix)).toEqual(['10.0.0.0/8', 'fd00::/8']);
    expect(config.listen.tcp).toEqual({ connections: 6_000, perClient: 100, idleMs: 5_000 });
    expect(config.state.directory).toBe('/var/lib/meridian');
    expect(config.geo.databases).toEqual([{ path: resolve('a.mmdb') }, 'bundled']);
    expect(config.pools[0]!.monitor).toEqual({
      ...{ name: 'w', intervalMs: 60_000, timeoutMs: 500, fall: 1, rise: 100 },
      source: { family: 4, bytes: Uint8Array.of(10, 0, 0, 9) },
      check: {
        ...{ type: 'https', port: 8443, method: 'HEAD', path: '/h?x=1', host: 'www.example.com' },
        ...{ version: '2', headers: { 'X-Check': 'yes' }, body: undefined, json: undefined },
        tls: {
          ...{ verifyCertificate: false, ca: undefined, warnDays: 20, failDays: 3 },
          identity: { certificate, key },
        },
        status: [
          [200, 200],
          [204, 204],
          [301, 302],
        ],
      },
    });
    expect(showEndpoints(config.pools[0]!)).toEqual([
      'e in 0: 192.0.2.1 weight 1000, probe 10.0.0.1 undefined',
    ]);
    expect(config.policies).toEqual([
      {
        name: 'w',
        ttl: { minSeconds: 120, maxSeconds: 120 },
        answers: 16,
        allDown: 'nodata',
        fallback: undefined,
        families: 'together',
        residency: undefined,
        type: 'weighted',
        by: { kind: 'region', from: { pool: 0 }, view: 0 },
      },
    ]);
    expect(config.zones[0]!.source).toEqual({ lines: [{ text: '@ SOA x', line: 37 }] });
    const steer = config.zones[0]!.steer.map((one) => ({ ...one, owner: formatName(one.owner) }));
    expect(steer).toEqual([{ owner: 'app.example.com.', steering: 0, line: 37, column: 59 }]);
  });

  it('makes tiers of endpoints and regions', () => {
    const tiers = (order: string) => {
      const { policies } = configOf(failover(order));
      return (policies[0] as Extract<Policy, { type: 'failover' }>).tiers.map(
        (tier) => 'endpoints' in tier && tier.endpoints,
      );
    };
    expect(tiers('[ b2, a ]')).toEqual([[2], [0, 1]]);
    expect(tiers('[ b, a2 ]')).toEqual([[2, 3], [1]]);
    // A region and its only endpoint may share a name.
    expect(tiers('[ c, a ]')).toEqual([[4], [0, 1]]);
  });

  it('takes a config without warnings for what it is', () => {
    expect(problemsOf(failover('[ a, b, c ]'))).toEqual([]);
  });
});

function failover(order: string): string {
  return `
regions: { a: { location: [ 0, 0 ] }, b: { location: [ 1, 1 ] }, c: { location: [ 2, 2 ] } }
pools:
  p:
    endpoints:
      - { name: a1, region: a, address: 192.0.2.1 }
      - { name: a2, region: a, address: 192.0.2.2 }
      - { name: b2, region: b, address: 192.0.2.3 }
      - { name: b3, region: b, address: 192.0.2.4 }
      - { name: c, region: c, address: 192.0.2.5 }
policies: { f: { type: failover, pool: p, order: ${order} } }
zones: [ { name: example.com, file: z, steer: { app: f } } ]
`;
}

function showEndpoints(pool: Pool): string[] {
  return pool.endpoints.map(({ name, region, address, weight, probe }) => {
    const at = `${formatAddress(probe.address!)} ${probe.port}`;
    return `${name} in ${region}: ${formatAddress(address!)} weight ${weight}, probe ${at}`;
  });
}
