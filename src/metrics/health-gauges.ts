import { Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/model.ts';
import { type RegionMember, regionVerdicts } from '../health/region-verdict.ts';
import type { HealthState } from '../health/state-machine.ts';

export interface HealthSource {
  /** Undefined before the first load is in use. */
  config(): Config | undefined;
  state(pool: number, endpoint: number): HealthState;
  /** Of a region that is checked as a whole; undefined for others. */
  regionState(region: string): HealthState | undefined;
  inMaintenance(pool: number, endpoint: number): boolean;
  /** The floor of the pool keeps endpoints against their probes. */
  frozen(pool: number): boolean;
  /** This node takes itself for cut off. */
  isolated(): boolean;
  /** Wall clock ms; undefined where no certificate was seen. */
  certificateExpiresAtMs(pool: number, endpoint: number): number | undefined;
}

const values = { up: 1, degraded: 0.75, unknown: 0.5, down: 0 } as const;

/** Gauges read off the health table when the page is read: what a reload removed is gone from the page too. */
export function registerHealthGauges(registry: Registry, source: HealthSource): void {
  new Gauge({
    name: 'meridian_endpoint_up',
    help: 'Whether the endpoint is up (1), degraded (0.75), not yet known (0.5), or down (0).',
    labelNames: ['pool', 'endpoint', 'region'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { pool, endpoint, region, state } of endpoints(source)) {
        this.set({ pool, endpoint, region }, values[state]);
      }
    },
  });
  new Gauge({
    name: 'meridian_region_up',
    help: 'Whether the pool has an endpoint in the region that is up or degraded, and enough of them (1), or not (0).',
    labelNames: ['pool', 'region'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { pool, region, members, minUp } of regionsOfPools(source)) {
        const states = regionVerdicts(members, minUp);
        const isUp = states.includes('up') || states.includes('degraded');
        this.set({ pool, region }, isUp && source.regionState(region) !== 'down' ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'meridian_region_check_up',
    help: 'Whether the check of the region as a whole says up (1), degraded (0.75), not yet known (0.5), or down (0).',
    labelNames: ['region'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { name: region } of source.config()?.regions ?? []) {
        const state = source.regionState(region);
        if (state !== undefined) this.set({ region }, values[state]);
      }
    },
  });
  new Gauge({
    name: 'meridian_endpoint_maintenance',
    help: 'Whether the endpoint is in maintenance (1) or not (0).',
    labelNames: ['pool', 'endpoint', 'region'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { pool, endpoint, region, inMaintenance } of endpoints(source))
        this.set({ pool, endpoint, region }, inMaintenance ? 1 : 0);
    },
  });
  new Gauge({
    name: 'meridian_floor_frozen',
    help: 'Whether the floor of the pool keeps endpoints in the answers against their probes (1) or not (0).',
    labelNames: ['pool'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [p, { name: pool, floor }] of source.config()?.pools.entries() ?? [])
        if (floor !== undefined) this.set({ pool }, source.frozen(p) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'meridian_self_isolated',
    help: 'Whether this node takes itself for cut off, and keeps what it knew before (1), or not (0).',
    registers: [registry],
    collect() {
      this.set(source.isolated() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'meridian_certificate_expiry_seconds',
    help: 'When the certificate that the endpoint shows to probes expires, seconds since 1970.',
    labelNames: ['pool', 'endpoint'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { pool, endpoint, certificateExpiresAtMs } of endpoints(source))
        if (certificateExpiresAtMs !== undefined) this.set({ pool, endpoint }, certificateExpiresAtMs / 1000);
    },
  });
}

/** The endpoints of each region of each pool. */
function regionsOfPools(source: HealthSource) {
  const config = source.config();
  return (config?.pools ?? []).flatMap(({ name: pool, minUp, endpoints: all }, p) => {
    const members = new Map<number, RegionMember[]>();
    for (const [e, { region, weight }] of all.entries()) {
      const member = { weight: source.inMaintenance(p, e) ? 0 : weight, state: source.state(p, e) };
      members.set(region, [...(members.get(region) ?? []), member]);
    }
    return [...members].map(([region, own]) => ({
      ...{ pool, minUp, members: own },
      region: config!.regions[region]!.name,
    }));
  });
}

function endpoints(source: HealthSource) {
  const config = source.config();
  if (config === undefined) return [];
  return config.pools.flatMap((pool, p) =>
    pool.endpoints.map((endpoint, e) => ({
      pool: pool.name,
      endpoint: endpoint.name,
      region: config.regions[endpoint.region]!.name,
      state: source.state(p, e),
      inMaintenance: source.inMaintenance(p, e),
      certificateExpiresAtMs: source.certificateExpiresAtMs(p, e),
    })),
  );
}
