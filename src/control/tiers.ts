import type { Config } from '../config/model.ts';
import type { FailoverPolicy, LagSource, Policy, Tier } from '../config/policy-model.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';
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
    const own = endpointsOf(config, tier).map((endpoint) => ({
      endpoint,
      rung: rungOf(config, conditions, tier.pool, endpoint),
    }));
    const best = Math.min(...own.flatMap(({ rung }) => rung ?? []));
    const usable = own.filter(({ rung }) => rung === best).map(({ endpoint }) => endpoint);
    // One that no probe has judged yet stays in service: nothing speaks against it.
    const stays =
      name === active && own.some((each) => conditions.state(tier.pool, each.endpoint) === 'unknown');
    const isCaughtUp = (endpoint: number): boolean => {
      if (replication === undefined) return true;
      const lag = lags.lagOf(replication.sources[endpoint]!);
      return lag !== undefined && lag <= replication.maxSeconds;
    };
    return [
      {
        name,
        rung: stays ? 0 : usable.length === 0 ? undefined : best,
        caughtUp: usable.every(isCaughtUp),
        promoted: usable.some((endpoint) => conditions.promoted(tier.pool, endpoint)),
        waitMs: replication?.waitMs ?? 0,
        afterWait: replication?.afterWait ?? 'serve',
      },
    ];
  });
}

/** What stands for it in the order, so that it stays when the pool, the order or other tiers change. */
export function tierName({ pools }: Config, tier: Tier): string {
  if (!('pool' in tier)) return '';
  const { name, endpoints } = pools[tier.pool]!;
  if (!('endpoints' in tier)) return name;
  return tier.name ?? tier.endpoints.map((endpoint) => endpoints[endpoint]!.name).join('+');
}

/** The pool whose endpoints and regions the names of tiers are; empty where pools themselves are. */
export function ownersPool({ pools }: Config, { tiers }: FailoverPolicy): string {
  const names = tiers.flatMap((tier) => ('endpoints' in tier ? pools[tier.pool]!.name : []));
  return [...new Set(names)].join();
}

function endpointsOf({ pools }: Config, tier: { readonly pool: number } & Tier): readonly number[] {
  return 'endpoints' in tier ? tier.endpoints : [...pools[tier.pool]!.endpoints.keys()];
}

/** As trees look for endpoints: by state, and drained ones behind all others. Undefined for one that is down. */
function rungOf(
  { pools }: Config,
  conditions: ComposedConditions,
  pool: number,
  endpoint: number,
): number | undefined {
  const rung = ladder.indexOf(conditions.state(pool, endpoint));
  if (rung < 0) return undefined;
  const isDrained = pools[pool]!.endpoints[endpoint]!.weight === 0 || conditions.drained(pool, endpoint);
  return isDrained ? ladder.length + rung : rung;
}

const ladder: readonly EndpointState[] = ['up', 'degraded', 'unknown'];

function replicated(pools: Config['pools'], tier: Tier): boolean {
  return 'pool' in tier && pools[tier.pool]!.replication !== undefined;
}
