import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { HealthState } from '../../src/health/state-machine.ts';
import { registerCertificates } from '../../src/metrics/certificates.ts';
import { registerGeoAge } from '../../src/metrics/geo-age.ts';
import { registerHealthGauges } from '../../src/metrics/health-gauges.ts';
import { createMetrics } from '../../src/metrics/registry.ts';
import { configOf } from '../config/load-text.ts';

const config = (endpoints: string, more = '') =>
  configOf(`
regions: { eu: { location: [1, 2] }, us: { location: [3, 4] } }
pools: { app: { endpoints: [${endpoints}]${more} } }
policies: { app: { type: nearest, pool: app } }
zones: [{ name: example.com, file: a.zone, steer: { app: app } }]
`);

const series = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => /^meridian/.test(line));

describe('gauges of health', () => {
  it('are there for what the config in use has, and gone with it', async () => {
    const registry = new Registry();
    let inUse: ReturnType<typeof config> | undefined;
    let states: HealthState[] = [];
    let regions: Record<string, HealthState> = {};
    let inWork = -1;
    let isolated = false;
    let expiries: (number | undefined)[] = [];
    registerHealthGauges(registry, {
      config: () => inUse,
      state: (_, endpoint) => states[endpoint]!,
      regionState: (region) => regions[region],
      inMaintenance: (_, endpoint) => endpoint === inWork,
      frozen: () => true,
      isolated: () => isolated,
      certificateExpiresAtMs: (_, endpoint) => expiries[endpoint],
    });
    expect(await series(registry)).toEqual(['meridian_self_isolated 0']);

    inUse = config(
      ['a, region: eu', 'b, region: eu', 'c, region: us']
        .map((text, i) => `{ name: ${text}, address: 192.0.2.${i + 1} }`)
        .join(),
    );
    states = ['down', 'degraded', 'unknown'];
    inWork = 2;
    expiries = [undefined, 1_800_000_000_500];
    expect(await series(registry)).toEqual([
      'meridian_endpoint_up{pool="app",endpoint="a",region="eu"} 0',
      'meridian_endpoint_up{pool="app",endpoint="b",region="eu"} 0.75',
      'meridian_endpoint_up{pool="app",endpoint="c",region="us"} 0.5',
      'meridian_region_up{pool="app",region="eu"} 1',
      'meridian_region_up{pool="app",region="us"} 0',
      'meridian_endpoint_maintenance{pool="app",endpoint="a",region="eu"} 0',
      'meridian_endpoint_maintenance{pool="app",endpoint="b",region="eu"} 0',
      'meridian_endpoint_maintenance{pool="app",endpoint="c",region="us"} 1',
      'meridian_self_isolated 0',
      'meridian_certificate_expiry_seconds{pool="app",endpoint="b"} 1800000000.5',
    ]);

    inUse = config('{ name: b, region: us, address: 192.0.2.2 }');
    states = ['up'];
    regions = { us: 'down' };
    inWork = -1;
    isolated = true;
    expiries = [];
    expect(await series(registry)).toEqual([
      'meridian_endpoint_up{pool="app",endpoint="b",region="us"} 1',
      'meridian_region_up{pool="app",region="us"} 0',
      'meridian_region_check_up{region="us"} 0',
      'meridian_endpoint_maintenance{pool="app",endpoint="b",region="us"} 0',
      'meridian_self_isolated 1',
    ]);

    inUse = config('{ name: b, region: us, address: 192.0.2.2 }', ', floor: { regions: 1 }');
    expect(await series(registry)).toContain('meridian_floor_frozen{pool="app"} 1');

    // Two thirds of what is not in maintenance are left.
    const eu = ['a', 'b', 'c', 'd'].map(
      (text, i) => `{ name: ${text}, region: eu, address: 192.0.2.${i + 1} }`,
    );
    states = ['down', 'up', 'up', 'up'];
    inWork = 3;
    for (const [minUp, up] of [
      ['60%', 1],
      ['70%', 0],
    ] as const) {
      inUse = config(eu.join(), `, min-up: ${minUp}`);
      expect(await series(registry)).toContain(`meridian_region_up{pool="app",region="eu"} ${up}`);
    }
  });
});

describe('the age of geo data', () => {
  it('grows with the clock', async () => {
    const registry = new Registry();
    let nowSeconds = 1_000;
    registerGeoAge(registry, {
      databases: () => [{ name: 'city.mmdb', buildEpochSeconds: 400 }],
      nowSeconds: () => nowSeconds,
    });
    expect(await series(registry)).toEqual(['meridian_geo_database_age_seconds{database="city.mmdb"} 600']);
    nowSeconds += 60;
    expect(await series(registry)).toEqual(['meridian_geo_database_age_seconds{database="city.mmdb"} 660']);
  });
});

describe('the end of certificates', () => {
  it('is told for each listener that is there now', async () => {
    const registry = new Registry();
    let shown = [
      { listener: '0.0.0.0:853', expiresAtMs: 1_900_000_000_999 },
      { listener: '[::]:853', expiresAtMs: 1_800_000_000_000 },
    ];
    registerCertificates(registry, () => shown);
    const name = 'meridian_tls_certificate_expiry_timestamp_seconds';
    expect(await series(registry)).toEqual([
      `${name}{listener="0.0.0.0:853"} 1900000000`,
      `${name}{listener="[::]:853"} 1800000000`,
    ]);
    shown = shown.slice(1);
    expect(await series(registry)).toEqual([`${name}{listener="[::]:853"} 1800000000`]);
  });
});

describe('the registry', () => {
  it('has counters of results at zero from the start, and takes the first config as loaded', async () => {
    const lines = await series(createMetrics().registry);
    for (const name of ['meridian_snapshot_publishes_total', 'meridian_config_reloads_total']) {
      expect(lines).toContain(`${name}{result="success"} 0`);
      expect(lines).toContain(`${name}{result="failure"} 0`);
    }
    expect(lines).toContain('meridian_config_last_reload_success 1');
    expect(lines).toContain('meridian_geo_load_failures_total 0');
  });
});
