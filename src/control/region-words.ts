import type { Config } from '../config/model.ts';
import type { HealthState } from '../health/state-machine.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';

/** The word of probes, before anything else is put upon it. */
export interface ProbedHealth {
  stateOf(pool: number, endpoint: number): { readonly state: HealthState };
  /** Undefined for a region that is not checked as a whole. */
  stateOfRegion(
    name: string,
  ): { readonly state: HealthState; readonly lastReason: string | undefined } | undefined;
}

/**
 * What an endpoint's region does to it that its own probes do not say: the region's monitor, or too few of its endpoints
 * that are left. Undefined: nothing.
 */
export function regionWords(
  config: Config,
  conditions: Pick<Conditions, 'state'>,
  health: ProbedHealth,
  pool: number,
  endpoint: number,
): string | undefined {
  const now = conditions.state(pool, endpoint);
  const own = health.stateOf(pool, endpoint).state;
  if (now === own || (now !== 'down' && now !== 'degraded')) return undefined;
  const { endpoints, minUp } = config.pools[pool]!;
  const { name } = config.regions[endpoints[endpoint]!.region]!;
  const region = health.stateOfRegion(name);
  if (region?.state === now) {
    const why = region.lastReason === undefined ? '' : `: ${region.lastReason}`;
    return `region ${name} is ${now} as a whole${why}`;
  }
  if (now !== 'down' || minUp === undefined) return undefined;
  const percent = Math.round(1_000 * minUp) / 10;
  return `region ${name} counts as down: less than ${percent} % of it is left (min-up)`;
}
