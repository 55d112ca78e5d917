import type { Config, Endpoint, Steering } from '../../../config/model.ts';
import { Serving } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import type { Conditions, EndpointState } from '../conditions.ts';
import type { Mode } from './context.ts';
import type { RegionSet } from './region-set.ts';

/** Endpoints of a pool that may serve, of every kind of record. */
export interface Members {
  readonly serving: Serving;
  readonly endpoints: readonly number[];
}

/** What is looked for in a pool. */
export interface Wanted {
  readonly pool: number;
  readonly mode: Mode;
  readonly within: RegionSet;
  /** Which endpoints have a record that is wanted. */
  readonly has: (endpoint: number) => boolean;
  /** Undefined: all of the pool. */
  readonly among?: readonly number[] | undefined;
}

/** From best to worst, and what the answer says of each. */
const ladder: readonly (readonly [EndpointState, Serving])[] = [
  ['up', Serving.HEALTHY],
  ['degraded', Serving.DEGRADED],
  ['unknown', Serving.UNKNOWN],
];

/**
 * The endpoints that may serve: those in the best state that any has, or what the mode says. Drained ones stand behind
 * all others, and behind each other by state.
 */
export function findMembers(config: Config, conditions: Conditions, wanted: Wanted): Members {
  const { pool, mode } = wanted;
  const all = candidates(config, wanted);
  if (all.length === 0) return { serving: Serving.NONE, endpoints: [] };
  const kept = withoutDrained(config, conditions, pool, all);
  if (mode === 'all') return { serving: Serving.ALL, endpoints: kept.length > 0 ? kept : all };
  const isUsable = (endpoint: number): boolean =>
    mode === 'last-good' ? conditions.wasGood(pool, endpoint) : conditions.state(pool, endpoint) !== 'down';
  const own = kept.filter(isUsable);
  const usable = own.length > 0 ? own : all.filter(isUsable);
  if (mode === 'last-good') return { serving: Serving.LAST_GOOD, endpoints: usable };
  for (const [state, serving] of ladder) {
    const endpoints = usable.filter((endpoint) => conditions.state(pool, endpoint) === state);
    if (endpoints.length > 0) return { serving: heldBy(conditions, config, pool) ?? serving, endpoints };
  }
  return { serving: Serving.NODATA, endpoints: [] };
}

/** Whether an endpoint has a record of the kind. */
export function hasKind(
  conditions: Conditions,
  pool: number,
  index: number,
  { address, host }: Endpoint,
  kind: RecordKind,
  hosts: Steering['hosts'],
): boolean {
  if (kind > RecordKind.AAAA) return host !== undefined;
  const family = kind === RecordKind.A ? 4 : 6;
  if (address !== undefined) return address.family === family;
  if (hosts === 'cname') return false;
  return conditions.hostAddresses(pool, index).some((each) => each.address.family === family);
}

function candidates(config: Config, { pool, within, has, among }: Wanted): number[] {
  const { endpoints } = config.pools[pool]!;
  return [...(among ?? endpoints.keys())].filter(
    (index) => within.has(endpoints[index]!.region) && has(index),
  );
}

/** Why states are those of before; undefined when they are not. */
function heldBy(conditions: Conditions, { pools }: Config, pool: number): Serving | undefined {
  if (conditions.isolatedTtlSeconds !== undefined && pools[pool]!.monitor !== undefined)
    return Serving.ISOLATED;
  return conditions.frozen(pool) ? Serving.FROZEN : undefined;
}

/** Weight 0 drains an endpoint, whatever the policy: it serves only when no other can. */
function withoutDrained(config: Config, conditions: Conditions, pool: number, all: number[]): number[] {
  const { endpoints } = config.pools[pool]!;
  return all.filter((index) => endpoints[index]!.weight > 0 && !conditions.drained(pool, index));
}
