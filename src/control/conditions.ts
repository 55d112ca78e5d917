import type { Capacity, Floor, Override } from '../config/policy-model.ts';
import type { Conditions, EndpointState } from '../snapshot/compile/conditions.ts';
import { applyFloor } from '../steering/floor.ts';
import { SHARE_ALL } from '../steering/nodes.ts';
import { type LoadView, RegionShares } from './region-shares.ts';
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
}

export interface ConditionedPool {
  readonly name: string;
  readonly endpoints: readonly { readonly name: string; readonly region: number; readonly weight: number }[];
  readonly floor: Floor | undefined;
  readonly rampMs: number | undefined;
  readonly capacities: readonly Capacity[];
}

/** Health's own word, and what hosts resolve to, by the indexes of the config. */
export type HealthView = Pick<Conditions, 'state' | 'wasGood' | 'calmMs' | 'hostAddresses'>;

export interface ComposedConditions extends Conditions {
  /** When something here changes by time alone: wall clock ms, later than `nowMs`. */
  nextMoment(): number | undefined;
  /** The region gets more than it can take: nobody else could take it. */
  overloaded(pool: number, region: number): boolean;
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

  /** `nowMs` is the wall clock's. */
  compose(config: ConditionedConfig, nowMs: number): ComposedConditions {
    const overrides = new StandingOverrides(config.overrides, nowMs);
    const moments = new Moments(nowMs);
    moments.add(overrides.firstEndMs);
    this.returns.begin();
    this.shares.begin(config.regions);
    const inForce = new Map<string, ReadonlyMap<string, EndpointState>>();
    const pools = config.pools.map((pool, p) => {
      const verdicts = this.verdictsOf(pool, p, overrides);
      if (pool.floor !== undefined) {
        inForce.set(pool.name, this.verdictsInForce(pool, p, verdicts, overrides));
      }
      return { ...verdicts, ...this.sharesOf(config, pool, verdicts, moments) };
    });
    this.inForce = inForce;
    return this.view(pools, overrides, config, moments);
  }

  private verdictsOf(pool: ConditionedPool, p: number, overrides: StandingOverrides): Verdicts {
    const actions = pool.endpoints.map(({ region }, e) => overrides.of(p, e, region)?.action);
    const wanted = actions.map((action, e) =>
      action === 'up' || action === 'down' ? action : this.health.state(p, e),
    );
    const drained = actions.map((action) => action === 'drain');
    if (pool.floor === undefined) return { states: wanted, drained, frozen: false };
    const before = this.inForce.get(pool.name);
    const members = [...pool.endpoints.keys()].filter((e) => actions[e] !== 'down');
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
  ): ComposedConditions {
    const { health } = this;
    const calmMs = (pool: number, endpoint: number): number | undefined => {
      const override = overrides.of(pool, endpoint, config.pools[pool]!.endpoints[endpoint]!.region);
      const leftMs =
        override?.untilSeconds === undefined ? undefined : 1_000 * override.untilSeconds - moments.nowMs;
      if (override !== undefined && override.action !== 'drain') return leftMs;
      // Health contradicts what the floor keeps in force.
      if (pools[pool]!.states[endpoint] !== health.state(pool, endpoint)) return 0;
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
    };
  }
}

interface Verdicts {
  readonly states: readonly EndpointState[];
  readonly drained: readonly boolean[];
  readonly frozen: boolean;
}

type PoolConditions = Verdicts & Partial<ReturnType<RegionShares['of']>>;

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
