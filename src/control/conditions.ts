import type { Conditions } from '../snapshot/compile/conditions.ts';
import { SHARE_ALL } from '../steering/nodes.ts';
import type { ConditionedConfig, ConditionedPool, HealthView } from './conditioned-config.ts';
import { FirstMoment } from './first-moment.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { type LoadView, RegionShares } from './region-shares.ts';
import type { RememberedSteering } from './remembered-steering.ts';
import { type RegionStanding, Returns } from './returns.ts';
import { StandingOverrides } from './standing-overrides.ts';
import { type PoolVerdicts, Verdicts } from './verdicts.ts';

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
  private readonly verdicts: Verdicts;

  constructor(health: HealthView, loads: LoadView) {
    this.health = health;
    this.shares = new RegionShares(loads);
    this.verdicts = new Verdicts(health);
  }

  /** `nowMs` is the wall clock's. `isolatedTtlSeconds`: this node is cut off, and no TTL is to be longer. */
  compose(config: ConditionedConfig, nowMs: number, isolatedTtlSeconds?: number): ComposedConditions {
    const overrides = new StandingOverrides(config.overrides, nowMs);
    const maintenance = new MaintenancePlan(config.maintenance, nowMs);
    const moments = new FirstMoment(nowMs);
    moments.add(overrides.firstEndMs);
    moments.add(maintenance.nextEdgeMs);
    this.returns.begin();
    this.shares.begin(config.regions);
    const all = this.verdicts.of(config.pools, overrides, maintenance);
    const pools = config.pools.map((pool, p) => ({
      ...all[p]!,
      ...this.sharesOf(config, pool, all[p]!, moments),
    }));
    return { ...this.view(pools, overrides, config, moments), isolatedTtlSeconds };
  }

  /** What is to survive a restart. */
  remember(): Pick<RememberedSteering, 'returns' | 'verdicts'> {
    return { returns: this.returns.remember(), verdicts: this.verdicts.remember() };
  }

  /** Takes up what the run before remembered; before the first `compose`. */
  restore({ returns, verdicts }: Pick<RememberedSteering, 'returns' | 'verdicts'>): void {
    this.returns.restore(returns);
    this.verdicts.restore(verdicts);
  }

  private sharesOf(
    config: ConditionedConfig,
    pool: ConditionedPool,
    verdicts: PoolVerdicts,
    moments: FirstMoment,
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
    moments: FirstMoment,
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

type PoolConditions = PoolVerdicts & Partial<ReturnType<RegionShares['of']>>;

/** How the pool's regions stand: `up` with an endpoint that takes clients, `down` when none may come to. */
function standingsOf(
  { endpoints }: ConditionedPool,
  { states, drained }: PoolVerdicts,
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
