import { createHash } from 'node:crypto';
import { endpointText } from '../config/endpoint-text.ts';
import type { Config, Pool } from '../config/model.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';

/** What answers go by beside health, as kept over a restart. */
export interface RememberedSteering {
  /** All others count only where the config has the very same pool. */
  readonly pools: readonly { readonly pool: string; readonly identity: string }[];
  readonly returns: readonly RememberedReturn[];
  readonly verdicts: readonly RememberedVerdict[];
  readonly good: readonly RememberedGood[];
}

/** When a region of a pool went down and came back, wall clock ms; null for never. */
export interface RememberedReturn {
  readonly pool: string;
  readonly region: string;
  readonly downSinceMs: number | null;
  readonly returnedMs: number | null;
}

/** The verdict in force for an endpoint of a pool with a floor. */
export interface RememberedVerdict {
  readonly pool: string;
  readonly endpoint: string;
  readonly state: EndpointState;
}

/** The endpoints of one kind that were up together last. */
export interface RememberedGood {
  readonly pool: string;
  readonly kind: string;
  readonly endpoints: readonly string[];
}

/** Of each pool: another set of endpoints under its name inherits nothing. */
export function identitiesOf({ pools, regions }: Config): RememberedSteering['pools'] {
  return pools.map((pool) => ({ pool: pool.name, identity: identityOf(pool, regions) }));
}

/** What is remembered of pools that the config has as they were. */
export function fitting(remembered: RememberedSteering, config: Config): RememberedSteering {
  const known = new Map(identitiesOf(config).map(({ pool, identity }) => [pool, identity]));
  const pools = remembered.pools.filter(({ pool, identity }) => known.get(pool) === identity);
  const same = new Set(pools.map(({ pool }) => pool));
  const { returns, verdicts, good } = remembered;
  return {
    pools,
    returns: returns.filter(({ pool }) => same.has(pool)),
    verdicts: verdicts.filter(({ pool }) => same.has(pool)),
    good: good.filter(({ pool }) => same.has(pool)),
  };
}

/** Each pool of a config is asked for at every write. */
const identities = new WeakMap<Pool, string>();

function identityOf(pool: Pool, regions: Config['regions']): string {
  let identity = identities.get(pool);
  if (identity === undefined) {
    const members = pool.endpoints.map((one) => [one.name, regions[one.region]!.name, endpointText(one)]);
    identity = createHash('sha256').update(JSON.stringify(members)).digest('base64url').slice(0, 22);
    identities.set(pool, identity);
  }
  return identity;
}
