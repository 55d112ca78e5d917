import { regionVerdicts } from '../health/region-verdict.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';
import { applyFloor } from '../steering/floor.ts';
import type { ConditionedPool, HealthView } from './conditioned-config.ts';
import type { MaintenancePlan } from './maintenance-plan.ts';
import type { RememberedVerdict } from './remembered-steering.ts';
import type { StandingOverrides } from './standing-overrides.ts';

/** By the endpoints of a pool. */
export interface PoolVerdicts {
  readonly states: readonly EndpointState[];
  readonly drained: readonly boolean[];
  /** The floor keeps some in force against health. */
  readonly frozen: boolean;
}

/**
 * What endpoints count as once people, their regions and the floors of their pools have been heard. Remembers, by names,
 * the verdicts in force of pools with a floor: those are what it freezes.
 */
export class Verdicts {
  private readonly health: Pick<HealthView, 'state'>;
  private before = new Map<string, ReadonlyMap<string, EndpointState>>();

  constructor(health: Pick<HealthView, 'state'>) {
    this.health = health;
  }

  of(
    pools: readonly ConditionedPool[],
    overrides: StandingOverrides,
    maintenance: MaintenancePlan,
  ): PoolVerdicts[] {
    const inForce = new Map<string, ReadonlyMap<string, EndpointState>>();
    const all = pools.map((pool, p) => {
      const verdicts = this.ofPool(pool, p, overrides, maintenance);
      if (pool.floor !== undefined) inForce.set(pool.name, this.inForceOf(pool, p, verdicts, overrides));
      return verdicts;
    });
    this.before = inForce;
    return all;
  }

  remember(): RememberedVerdict[] {
    return [...this.before].flatMap(([pool, states]) =>
      [...states].map(([endpoint, state]) => ({ pool, endpoint, state })),
    );
  }

  restore(verdicts: readonly RememberedVerdict[]): void {
    const pools = new Map<string, Map<string, EndpointState>>();
    for (const { pool, endpoint, state } of verdicts) {
      const states = pools.get(pool) ?? new Map();
      pools.set(pool, states.set(endpoint, state));
    }
    this.before = pools;
  }

  private ofPool(
    pool: ConditionedPool,
    p: number,
    overrides: StandingOverrides,
    maintenance: MaintenancePlan,
  ): PoolVerdicts {
    const actions = pool.endpoints.map(({ region }, e) => overrides.of(p, e, region)?.action);
    const inWork = pool.endpoints.map(({ region }, e) => maintenance.of(p, e, region) !== undefined);
    const drained = actions.map((action, e) => action === 'drain' || inWork[e]!);
    const own = actions.map((action, e) =>
      action === 'up' || action === 'down' ? action : this.health.state(p, e),
    );
    // What people say of an endpoint holds, whatever its region counts as.
    const wanted = byRegion(pool, own, drained).map((state, e) =>
      actions[e] === 'up' || actions[e] === 'down' ? own[e]! : state,
    );
    if (pool.floor === undefined) return { states: wanted, drained, frozen: false };
    const before = this.before.get(pool.name);
    const members = [...pool.endpoints.keys()].filter((e) => actions[e] !== 'down' && !inWork[e]);
    const { verdicts, frozen } = applyFloor(
      members.map((e) => {
        const { name, region, weight } = pool.endpoints[e]!;
        return { region, weight: drained[e] ? 0 : weight, wanted: wanted[e]!, before: before?.get(name) };
      }),
      pool.floor,
    );
    const states = [...wanted];
    for (const [i, e] of members.entries()) states[e] = verdicts[i]!;
    return { states, drained, frozen };
  }

  /** What health said, as the floor let it: not people's word, behind which the verdict of before stays. */
  private inForceOf(
    pool: ConditionedPool,
    p: number,
    { states }: PoolVerdicts,
    overrides: StandingOverrides,
  ): ReadonlyMap<string, EndpointState> {
    const before = this.before.get(pool.name);
    const inForce = new Map<string, EndpointState>();
    for (const [e, { name, region }] of pool.endpoints.entries()) {
      const action = overrides.of(p, e, region)?.action;
      const isForced = action === 'up' || action === 'down';
      const verdict = isForced ? before?.get(name) : states[e]!;
      if (verdict !== undefined) inForce.set(name, verdict);
    }
    return inForce;
  }
}

/** The states once each region of the pool has been looked at as a whole. */
function byRegion(
  { endpoints, minUp }: ConditionedPool,
  states: readonly EndpointState[],
  drained: readonly boolean[],
): EndpointState[] {
  const found = [...states];
  if (minUp === undefined) return found;
  for (const region of new Set(endpoints.map((endpoint) => endpoint.region))) {
    const indexes = [...endpoints.keys()].filter((e) => endpoints[e]!.region === region);
    const members = indexes.map((e) => ({
      weight: drained[e] ? 0 : endpoints[e]!.weight,
      state: states[e]!,
    }));
    for (const [i, state] of regionVerdicts(members, minUp).entries()) found[indexes[i]!] = state;
  }
  return found;
}
