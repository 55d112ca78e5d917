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

/** The endpoints that may serve: those in the best state that any has, or what the mode says. */
export function findMembers(config: Config, conditions: Conditions, wanted: Wanted): Members {
  const { pool, mode } = wanted;
  const all = candidates(config, wanted);
  if (all.length === 0) return { serving: Serving.NONE, endpoints: [] };
  if (mode === 'all') return { serving: Serving.ALL, endpoints: all };
  if (mode === 'last-good') {
    const good = all.filter((endpoint) => conditions.wasGood(pool, endpoint));
    return { serving: Serving.LAST_GOOD, endpoints: good };
  }
  for (const [state, serving] of ladder) {
    const usable = all.filter((endpoint) => conditions.state(pool, endpoint) === state);
    if (usable.length === 0) continue;
    const endpoints = withoutDrained(config, conditions, pool, usable);
    return { serving: heldBy(conditions, config, pool) ?? serving, endpoints };
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
function withoutDrained(config: Config, conditions: Conditions, pool: number, usable: number[]): number[] {
  const { endpoints } = config.pools[pool]!;
  const kept = usable.filter((index) => endpoints[index]!.weight > 0 && !conditions.drained(pool, index));
  return kept.length > 0 ? kept : usable;
}
