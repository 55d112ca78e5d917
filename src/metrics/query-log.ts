import { Counter, type Registry } from 'prom-client';

export interface QueryLogSource {
  written(): number;
  dropped(): number;
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
