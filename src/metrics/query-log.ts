import { Counter, Gauge, type Registry } from 'prom-client';

export interface QueryLogSource {
  written(): number;
  dropped(): number;
  /** Undefined when no query is logged. */
  state(): { readonly to: string; readonly up: boolean } | undefined;
}

/** Counted by the workers and the log thread in shared memory, read when the page is. */
export function registerQueryLog(registry: Registry, source: QueryLogSource): void {
  new Counter({
    name: 'meridian_query_log_written_total',
    help: 'Queries written to the query log.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(source.written());
    },
  });
  new Gauge({
    name: 'meridian_query_log_up',
    help: 'Whether the query log can be written: 1, or 0 while it cannot. Absent when no query is logged.',
    labelNames: ['to'],
    registers: [registry],
    collect() {
      this.reset();
      const state = source.state();
      if (state !== undefined) this.set({ to: state.to }, state.up ? 1 : 0);
    },
  });
  new Counter({
    name: 'meridian_query_log_dropped_total',
    help: 'Queries that should have been logged but were not: the log was too slow, or its reader went away.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(source.dropped());
    },
  });
}
