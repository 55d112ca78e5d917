import { Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/model.ts';

export interface SuccessionSource {
  /** Undefined before the first load is in use. */
  config(): Config | undefined;
  /** The newest lag of an endpoint; undefined: not known now, or without replication. */
  lagOf(pool: number, endpoint: number): { readonly value: number; readonly ageMs: number } | undefined;
  /** Single writers: `answered` undefined while nobody is. */
  writers(): readonly {
    readonly policy: string;
    readonly epoch: number;
    readonly answered: string | undefined;
  }[];
}

/** Read when the page is read. Of a region that has several endpoints the lag that is largest. */
export function registerSuccession(registry: Registry, source: SuccessionSource): void {
  const registers = [registry];
  new Gauge({
    name: 'meridian_replication_lag_seconds',
    help: 'Replication lag of the region, that of its endpoint that is farthest behind.',
    labelNames: ['pool', 'region'] as const,
    registers,
    collect() {
      this.reset();
      for (const { pool, region, value } of lags(source)) this.set({ pool, region }, value);
    },
  });
  new Gauge({
    name: 'meridian_replication_lag_age_seconds',
    help: 'Time since the replication lag of the region was read.',
    labelNames: ['pool', 'region'] as const,
    registers,
    collect() {
      this.reset();
      for (const { pool, region, ageMs } of lags(source)) this.set({ pool, region }, ageMs / 1_000);
    },
  });
  new Gauge({
    name: 'meridian_writer_epoch',
    help: 'Epoch of the owner of a single-writer policy; rises with each owner.',
    labelNames: ['policy'] as const,
    registers,
    collect() {
      this.reset();
      for (const { policy, epoch } of source.writers()) this.set({ policy }, epoch);
    },
  });
  new Gauge({
    name: 'meridian_writer_answered',
    help: 'Whether a single-writer policy answers with an owner (1), or nobody between two of them (0).',
    labelNames: ['policy'] as const,
    registers,
    collect() {
      this.reset();
      for (const { policy, answered } of source.writers())
        this.set({ policy }, answered === undefined ? 0 : 1);
    },
  });
}

/** The largest known lag of each region. */
function lags(source: SuccessionSource) {
  const config = source.config();
  const found = new Map<string, { pool: string; region: string; value: number; ageMs: number }>();
  for (const [p, { name: pool, endpoints, replication }] of config?.pools.entries() ?? []) {
    if (replication === undefined) continue;
    for (const [e, endpoint] of endpoints.entries()) {
      const lag = source.lagOf(p, e);
      const region = config!.regions[endpoint.region]!.name;
      const key = JSON.stringify([pool, region]);
      if (lag !== undefined && lag.value >= (found.get(key)?.value ?? 0))
        found.set(key, { pool, region, value: lag.value, ageMs: lag.ageMs });
    }
  }
  return found.values();
}
