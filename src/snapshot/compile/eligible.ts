import type { Config, Endpoint, Policy, Pool } from '../../config/model.ts';
import { unreachable } from '../../runtime/assert.ts';
import type { Candidate } from '../../steering/plan.ts';
import { Serving } from '../../steering/table.ts';

/** What the rotation needs to know of an endpoint's health. `unknown` serves while nothing is known to be up. */
export type EndpointState = 'unknown' | 'up' | 'down';

/** Health as the builder sees it; indexes are those of `Config.pools` and `Pool.endpoints`. */
export interface HealthView {
  state(pool: number, endpoint: number): EndpointState;
  /** Whether the endpoint was among the last ones of its pool that were up together. */
  wasGood(pool: number, endpoint: number): boolean;
}

/** TTL ceiling while a pool has endpoints that no probe has judged yet, seconds. */
export const DOUBT_TTL_SECONDS = 5;

/** Which endpoints of one family a policy may serve, and why those. */
export function eligibleEndpoints(
  config: Config,
  policy: Policy,
  family: 4 | 6,
  health: HealthView,
): { serving: Serving; candidates: Candidate[] } {
  const { endpoints } = config.pools[policy.pool]!;
  const all = memberIndexes(policy, endpoints).flatMap((index) => {
    const { address, region, weight } = endpoints[index]!;
    return address.family === family ? [{ endpoint: index, region, weight }] : [];
  });
  if (all.length === 0) return { serving: Serving.NONE, candidates: [] };
  for (const state of ['up', 'unknown'] as const) {
    const usable = all.filter((candidate) => health.state(policy.pool, candidate.endpoint) === state);
    const serving = state === 'up' ? Serving.HEALTHY : Serving.UNKNOWN;
    if (usable.length > 0) return { serving, candidates: withoutDrained(usable) };
  }
  switch (policy.allDown) {
    case 'serve-all':
      return { serving: Serving.ALL, candidates: all };
    case 'last-known-good': {
      const good = all.filter((candidate) => health.wasGood(policy.pool, candidate.endpoint));
      return good.length > 0
        ? { serving: Serving.LAST_GOOD, candidates: good }
        : { serving: Serving.ALL, candidates: all };
    }
    case 'nodata':
      return { serving: Serving.NODATA, candidates: [] };
    default:
      return unreachable(policy.allDown);
  }
}

/** Weight 0 drains an endpoint, whatever the policy: it serves only when no other can. */
function withoutDrained(usable: Candidate[]): Candidate[] {
  const weighted = usable.filter((candidate) => candidate.weight > 0);
  return weighted.length > 0 ? weighted : usable;
}

/** The endpoints of the pool that the policy may ever serve; a failover's order can leave some out. */
function memberIndexes(policy: Policy, endpoints: readonly Endpoint[]): number[] {
  const all = [...endpoints.keys()];
  if (policy.type !== 'failover') return all;
  const placed = new Set(policy.tiers.flat());
  return all.filter((index) => placed.has(index));
}

/** An unjudged endpoint may turn out down at any moment: nobody shall hold its address for long. */
export function servedTtl(policy: Policy, pool: Pool, health: HealthView): number {
  const members = memberIndexes(policy, pool.endpoints);
  const doubt = members.some((index) => health.state(policy.pool, index) === 'unknown');
  return doubt ? Math.min(policy.ttlSeconds, DOUBT_TTL_SECONDS) : policy.ttlSeconds;
}
