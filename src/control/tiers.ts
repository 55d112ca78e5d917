import type { Config } from '../config/model.ts';
import type { FailoverPolicy, LagSource, Policy, Tier } from '../config/policy-model.ts';
import { findMembers } from '../snapshot/compile/tree/members.ts';
import { RegionSet } from '../snapshot/compile/tree/region-set.ts';
import type { GateTier } from '../steering/gate.ts';
import type { ComposedConditions } from './conditions.ts';

/** Lags as they were read last, seconds; undefined: not known now. */
export interface LagView {
  lagOf(source: LagSource): number | undefined;
}

/** Whether one tier alone may serve: it is a single writer, or pools of it have replication. */
export function isHeld({ pools }: Config, policy: Policy): policy is FailoverPolicy {
  if (policy.type !== 'failover') return false;
  if (policy.singleWriter !== undefined) return true;
  // What a policy in the order leads to is for that policy to gate.
  return policy.tiers.every((tier) => 'pool' in tier) && policy.tiers.some((tier) => replicated(pools, tier));
}

/** The tiers of such a policy as the gate sees them. `active`: the name of the one in service. */
export function gateTiers(
  config: Config,
  { tiers }: FailoverPolicy,
  conditions: ComposedConditions,
  lags: LagView,
  active: string | undefined,
): GateTier[] {
  return tiers.flatMap((tier): GateTier[] => {
    if (!('pool' in tier)) return [];
    const name = tierName(config, tier);
    const { replication } = config.pools[tier.pool]!;
    const own = endpointsOf(config, tier);
    const fit = usableAmong(config, conditions, tier, tiers);
    const usable = own.filter((endpoint) => fit.has(endpoint));
    // One that no probe has judged yet stays in service: nothing speaks against it.
    const stays = name === active && own.some((e) => conditions.state(tier.pool, e) === 'unknown');
    const isCaughtUp = (endpoint: number): boolean => {
      if (replication === undefined) return true;
      const lag = lags.lagOf(replication.sources[endpoint]!);
      return lag !== undefined && lag <= replication.maxSeconds;
    };
    return [
      {
        name,
        usable: usable.length > 0 || stays,
        caughtUp: usable.every(isCaughtUp),
        promoted: usable.some((endpoint) => conditions.promoted(tier.pool, endpoint)),
        waitMs: replication?.waitMs ?? 0,
        afterWait: replication?.afterWait ?? 'serve',
      },
    ];
  });
}

/** A name that stays when the order or other tiers change: that of the region, of the pool, or of the endpoints. */
export function tierName({ pools, regions }: Config, tier: Tier): string {
  if (!('pool' in tier)) return '';
  const { name, endpoints } = pools[tier.pool]!;
  if (!('endpoints' in tier)) return name;
  const region = endpoints[tier.endpoints[0] ?? 0]!.region;
  const ofRegion = endpoints.flatMap((endpoint, e) => (endpoint.region === region ? [e] : []));
  if (ofRegion.join() === tier.endpoints.join()) return regions[region]!.name;
  return tier.endpoints.map((endpoint) => endpoints[endpoint]!.name).join('+');
}

function endpointsOf({ pools }: Config, tier: { readonly pool: number } & Tier): readonly number[] {
  return 'endpoints' in tier ? tier.endpoints : [...pools[tier.pool]!.endpoints.keys()];
}

/** As the tree finds them: those in the best state that any tier of the pool has. */
function usableAmong(
  config: Config,
  conditions: ComposedConditions,
  tier: { readonly pool: number } & Tier,
  tiers: readonly Tier[],
): ReadonlySet<number> {
  const { pool } = tier;
  const among =
    'endpoints' in tier
      ? tiers.flatMap((other) => ('endpoints' in other && other.pool === pool ? other.endpoints : []))
      : undefined;
  const within = RegionSet.all(config.regions.length);
  const has = (): boolean => true;
  const known = { ...conditions, held: () => undefined };
  return new Set(findMembers(config, known, { pool, mode: 'strict', within, has, among }).endpoints);
}

function replicated(pools: Config['pools'], tier: Tier): boolean {
  return 'pool' in tier && pools[tier.pool]!.replication !== undefined;
}
