import { Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/model.ts';

export interface SuccessionSource {
  /** Undefined before the first load is in use. */
  config(): Config | undefined;
  /** The newest lag of an endpoint; undefined: not known now, or without replication. */
  lagOf(pool: number, endpoint: number): { readonly value: number; readonly ageMs: number } | undefined;
  /** The regions of a pool that are in service, which the others follow. */
  sourceRegions(pool: number): readonly number[];
  /** Failovers of which one tier alone may serve: `epoch` of single writers, `answered` undefined while nobody is. */
  failovers(): readonly {
    readonly policy: string;
    readonly epoch: number | undefined;
    readonly answered: string | undefined;
  }[];
}

/** Read when the page is read. Of a region that has several endpoints the lag that is largest. */
export function registerSuccession(registry: Registry, source: SuccessionSource): void {
  const registers = [registry];
  new Gauge({
    name: 'meridian_replication_lag_seconds',
    help: 'Replication lag of the region behind the source, that of its endpoint that is farthest behind.',
    labelNames: ['pool', 'source', 'region'] as const,
    registers,
    collect() {
      this.reset();
      for (const { labels, value } of lags(source)) this.set(labels, value);
    },
  });
  new Gauge({
    name: 'meridian_replication_lag_age_seconds',
    help: 'Time since the replication lag of the region was read.',
    labelNames: ['pool', 'source', 'region'] as const,
    registers,
    collect() {
      this.reset();
      for (const { labels, ageMs } of lags(source)) this.set(labels, ageMs / 1_000);
    },
  });
  new Gauge({
    name: 'meridian_replication_lag_known',
    help: 'Whether the replication lag of the endpoint is known now (1) or not (0).',
    labelNames: ['pool', 'endpoint'] as const,
    registers,
    collect() {
      this.reset();
      for (const [p, { name: pool, endpoints, replication }] of source.config()?.pools.entries() ?? [])
        for (const [e, { name: endpoint }] of replication === undefined ? [] : endpoints.entries())
          this.set({ pool, endpoint }, source.lagOf(p, e) === undefined ? 0 : 1);
    },
  });
  new Gauge({
    name: 'meridian_writer_epoch',
    help: 'Epoch of the owner of a single-writer policy; rises with each owner.',
    labelNames: ['policy'] as const,
    registers,
    collect() {
      this.reset();
      for (const { policy, epoch } of source.failovers())
        if (epoch !== undefined) this.set({ policy }, epoch);
    },
  });
  new Gauge({
    name: 'meridian_failover_answered',
    help: 'Whether a failover with a single writer or replication answers with somebody (1), or nobody (0).',
    labelNames: ['policy'] as const,
    registers,
    collect() {
      this.reset();
      for (const { policy, answered } of source.failovers())
        this.set({ policy }, answered === undefined ? 0 : 1);
    },
  });
}

interface Lag {
  readonly labels: { readonly pool: string; readonly source: string; readonly region: string };
  readonly value: number;
  readonly ageMs: number;
}

/** The largest known lag of each region behind each that it follows; `source` is empty where none is known. */
function lags(source: SuccessionSource): Lag[] {
  const config = source.config();
  return (config?.pools ?? []).flatMap(({ name: pool, replication }, index) => {
    if (replication === undefined) return [];
    const followed = source.sourceRegions(index);
    const nameOf = (region: number): string => config!.regions[region]!.name;
    return [...largest(config!, source, index)].flatMap(([region, lag]) => {
      const sources = followed.length === 0 ? [''] : followed.filter((each) => each !== region).map(nameOf);
      return sources.map((each) => ({ labels: { pool, source: each, region: nameOf(region) }, ...lag }));
    });
  });
}

function largest(config: Config, source: SuccessionSource, pool: number) {
  const found = new Map<number, { readonly value: number; readonly ageMs: number }>();
  for (const [e, { region }] of config.pools[pool]!.endpoints.entries()) {
    const lag = source.lagOf(pool, e);
    if (lag !== undefined && lag.value >= (found.get(region)?.value ?? 0)) found.set(region, lag);
  }
  return found;
}
