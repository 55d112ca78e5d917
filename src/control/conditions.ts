import type { Maintenance } from '../config/model.ts';
import type { Capacity, Floor, Override } from '../config/policy-model.ts';
import { regionVerdicts } from '../health/region-verdict.ts';
import type { Conditions, EndpointState } from '../snapshot/compile/conditions.ts';
import { applyFloor } from '../steering/floor.ts';
import { SHARE_ALL } from '../steering/nodes.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { type LoadView, RegionShares } from './region-shares.ts';
import type { RememberedSteering } from './remembered-steering.ts';
import { type RegionStanding, Returns } from './returns.ts';
import { StandingOverrides } from './standing-overrides.ts';

/** What of a config conditions are composed from: a `Config` is one. */
export interface ConditionedConfig {
  readonly regions: readonly {
    readonly name: string;
    readonly latitude: number;
    readonly longitude: number;
  }[];
  readonly pools: readonly ConditionedPool[];
  readonly overrides: readonly Override[];
  readonly maintenance: readonly Maintenance[];
}

export interface ConditionedPool {
  readonly name: string;
  readonly endpoints: readonly { readonly name: string; readonly region: number; readonly weight: number }[];
  readonly minUp: number | undefined;
  readonly floor: Floor | undefined;
  readonly rampMs: number | undefined;
  readonly capacities: readonly Capacity[];
}

/** Health's own word, and what hosts resolve to, by the indexes of the config. */
export type HealthView = Pick<Conditions, 'state' | 'wasGood' | 'calmMs' | 'hostAddresses'>;

/** All but which tiers of failovers are held: that goes by all else. */
export interface ComposedConditions extends Omit<Conditions, 'held'> {
  /** When something here changes by time alone: wall clock ms, later than `nowMs`. */
  nextMoment(): number | undefined;
  /** The region gets more than it can take: nobody else could take it. */
  overloaded(pool: number, region: number): boolean;
  /** People let the endpoint take over whatever its lag. */
  promoted(pool: number, endpoint: number): boolean;
}

/** Conditions where no failover waits for anything: each serves the tier that comes first. */
export function unheld(conditions: ComposedConditions): Conditions {
  return { ...conditions, held: () => undefined };
}

/**
 * Puts what stands above health upon it: overrides of people, floors, slow starts, shares by capacity. Remembers, by
 * names, what these go by: verdicts in force, when regions came back, shares that follow measured loads. To be called
 * at each change of health, of a load or of the config, and at `nextMoment`.
 */
export class ConditionsComposer {
  private readonly health: HealthView;
  private readonly returns = new Returns();
  private readonly shares: RegionShares;
  /** Of pools with a floor, by pool and endpoint. */
  private inForce = new Map<string, ReadonlyMap<string, EndpointState>>();

  constructor(health: HealthView, loads: LoadView) {
    this.health = health;
    this.shares = new RegionShares(loads);
  }

  /** `nowMs` is the wall clock's. `isolatedTtlSeconds`: this node is cut off, and no TTL is to be longer. */
  compose(config: ConditionedConfig, nowMs: number, isolatedTtlSeconds?: number): ComposedConditions {
    const overrides = new StandingOverrides(config.overrides, nowMs);
    const maintenance = new MaintenancePlan(config.maintenance, nowMs);
    const moments = new Moments(nowMs);
    moments.add(overrides.firstEndMs);
    moments.add(maintenance.nextEdgeMs);
    this.returns.begin();
    this.shares.begin(config.regions);
    const inForce = new Map<string, ReadonlyMap<string, EndpointState>>();
    const pools = config.pools.map((pool, p) => {
      const verdicts = this.verdictsOf(pool, p, overrides, maintenance);
      if (pool.floor !== undefined) {
        inForce.set(pool.name, this.verdictsInForce(pool, p, verdicts, overrides));
      }
      return { ...verdicts, ...this.sharesOf(config, pool, verdicts, moments) };
    });
    this.inForce = inForce;
    return { ...this.view(pools, overrides, config, moments), isolatedTtlSeconds };
  }

  private verdictsOf(
    pool: ConditionedPool,
    p: number,
    overrides: StandingOverrides,
    maintenance: MaintenancePlan,
  ): Verdicts {
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
    const before = this.inForce.get(pool.name);
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

  /** What is to survive a restart. */
  remember(): Pick<RememberedSteering, 'returns' | 'verdicts'> {
    const verdicts = [...this.inForce].flatMap(([pool, states]) =>
      [...states].map(([endpoint, state]) => ({ pool, endpoint, state })),
    );
    return { returns: this.returns.remember(), verdicts };
  }

  /** Takes up what the run before remembered; before the first `compose`. */
  restore({ returns, verdicts }: Pick<RememberedSteering, 'returns' | 'verdicts'>): void {
    this.returns.restore(returns);
    const pools = new Map<string, Map<string, EndpointState>>();
    for (const { pool, endpoint, state } of verdicts) {
      const states = pools.get(pool) ?? new Map();
      pools.set(pool, states.set(endpoint, state));
    }
    this.inForce = pools;
  }

  /** What health said, as the floor let it: not people's word, behind which the verdict of before stays. */
  private verdictsInForce(
    pool: ConditionedPool,
    p: number,
    { states }: Verdicts,
    overrides: StandingOverrides,
  ): ReadonlyMap<string, EndpointState> {
    const before = this.inForce.get(pool.name);
    const inForce = new Map<string, EndpointState>();
    for (const [e, { name, region }] of pool.endpoints.entries()) {
      const action = overrides.of(p, e, region)?.action;
      const isForced = action === 'up' || action === 'down';
      const verdict = isForced ? before?.get(name) : states[e]!;
      if (verdict !== undefined) inForce.set(name, verdict);
    }
    return inForce;
  }

  private sharesOf(
    config: ConditionedConfig,
    pool: ConditionedPool,
    verdicts: Verdicts,
    moments: Moments,
  ): ReturnType<RegionShares['of']> | undefined {
    const { name, rampMs, capacities } = pool;
    if (rampMs === undefined && capacities.length === 0) return undefined;
    const standings = standingsOf(pool, verdicts);
    const most = new Map<number, number>();
    for (const [region, standing] of standings) {
      if (rampMs === undefined) break;
      const ramp = this.returns.observe(name, config.regions[region]!.name, standing, moments.nowMs, rampMs);
      most.set(region, ramp.share);
      moments.add(ramp.nextMs);
    }
    const result = this.shares.of(pool, standings, most, moments.nowMs);
    moments.add(result.nextMs);
    return result;
  }

  private view(
    pools: readonly PoolConditions[],
    overrides: StandingOverrides,
    config: ConditionedConfig,
    moments: Moments,
  ): Omit<ComposedConditions, 'isolatedTtlSeconds'> {
    const { health } = this;
    const calmMs = (pool: number, endpoint: number): number | undefined => {
      const override = overrides.of(pool, endpoint, config.pools[pool]!.endpoints[endpoint]!.region);
      const leftMs =
        override?.untilSeconds === undefined ? undefined : 1_000 * override.untilSeconds - moments.nowMs;
      if (override?.action === 'up' || override?.action === 'down') return leftMs;
      // Health contradicts what the floor keeps in force.
      if (pools[pool]!.frozen && pools[pool]!.states[endpoint] !== health.state(pool, endpoint)) return 0;
      const calm = health.calmMs(pool, endpoint);
      return calm === undefined || leftMs === undefined ? (calm ?? leftMs) : Math.min(calm, leftMs);
    };
    return {
      nowMs: moments.nowMs,
      state: (pool, endpoint) => pools[pool]!.states[endpoint]!,
      wasGood: (pool, endpoint) => health.wasGood(pool, endpoint),
      hostAddresses: (pool, endpoint) => health.hostAddresses(pool, endpoint),
      drained: (pool, endpoint) => pools[pool]!.drained[endpoint]!,
      frozen: (pool) => pools[pool]!.frozen,
      share: (pool, region) => pools[pool]!.shares?.get(region) ?? SHARE_ALL,
      calmMs,
      nextMoment: () => moments.nextMs,
      overloaded: (pool, region) => pools[pool]!.overloaded?.has(region) ?? false,
      promoted: (pool, endpoint) =>
        overrides.of(pool, endpoint, config.pools[pool]!.endpoints[endpoint]!.region)?.action === 'promote',
    };
  }
}

interface Verdicts {
  readonly states: readonly EndpointState[];
  readonly drained: readonly boolean[];
  readonly frozen: boolean;
}

type PoolConditions = Verdicts & Partial<ReturnType<RegionShares['of']>>;

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

/** How the pool's regions stand: `up` with an endpoint that takes clients, `down` when none may come to. */
function standingsOf(
  { endpoints }: ConditionedPool,
  { states, drained }: Verdicts,
): Map<number, RegionStanding> {
  const standings = new Map<number, RegionStanding>();
  for (const [e, { region, weight }] of endpoints.entries()) {
    const before = standings.get(region) ?? 'down';
    const out = drained[e] || weight === 0 || states[e] === 'down';
    const standing = out ? 'down' : states[e] === 'unknown' ? 'unknown' : 'up';
    standings.set(region, before === 'up' || standing === 'down' ? before : standing);
  }
  return standings;
}

/** The first of several moments to come. */
class Moments {
  readonly nowMs: number;
  nextMs: number | undefined;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  add(ms: number | undefined): void {
    if (ms !== undefined && ms > this.nowMs && (this.nextMs === undefined || ms < this.nextMs))
      this.nextMs = ms;
  }
}
