import type { Known } from './inventory.ts';
import { fresh } from './table.ts';
import { identityOf } from './target.ts';

/** The last known state of one endpoint, as kept over a restart. */
export interface RememberedHealth {
  readonly pool: string;
  readonly endpoint: string;
  /** `identityOf` the endpoint: another thing under the same name does not inherit its health. */
  readonly identity: string;
  readonly state: 'up' | 'degraded' | 'down';
  /** Wall clock ms: since when, and when a probe last said so. */
  readonly sinceMs: number;
  readonly atMs: number;
}

/** What the run before knew of an endpoint that serves and is checked as it was. */
export function knownFromMemory(remembered: readonly RememberedHealth[]): Known {
  const key = (pool: string, endpoint: string, identity: string): string =>
    JSON.stringify([pool, endpoint, identity]);
  const entries = new Map(
    remembered.map((entry) => [key(entry.pool, entry.endpoint, entry.identity), entry]),
  );
  return (pool, endpoint, monitor) => {
    if (monitor === undefined) return undefined;
    const entry = entries.get(key(pool.name, endpoint.name, identityOf(endpoint, monitor)));
    if (entry === undefined) return undefined;
    return { ...fresh(entry.state, entry.sinceMs), lastProbeAtMs: entry.atMs };
  };
}
