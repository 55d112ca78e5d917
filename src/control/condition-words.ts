import type { Config, Maintenance } from '../config/model.ts';
import type { Floor, Override, Replication } from '../config/policy-model.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { type ProbedHealth, regionWords } from './region-words.ts';
import { StandingOverrides } from './standing-overrides.ts';
import type { Succession } from './succession.ts';
import { successionText } from './succession-words.ts';

/** What stands behind `Conditions`, in words. Indexes are those of the config. Undefined: nothing to say. */
export interface ConditionWords {
  /** Why an endpoint is in its state, or drained, other than by its probes: `drained by ann: change 4711`. */
  endpoint(pool: number, endpoint: number): string | undefined;
  /** Why a region lets in a part of the clients only. */
  share(pool: number, region: number): string | undefined;
  /** What the pool's floor holds. */
  floor(pool: number): string | undefined;
  /** How a failover stands of which one tier alone may serve. */
  failover(policy: number): string | undefined;
  /** Why an endpoint may not take over: its replication lag. */
  lag(pool: number, endpoint: number): string | undefined;
}

/** What is known of failovers of which one tier alone may serve. */
export type SuccessionView = Pick<Succession, 'reports' | 'lagOf' | 'lagFaultOf'>;

/** The words of what stands above the probes of endpoints. */
export function conditionWords(
  config: Config,
  conditions: Pick<Conditions, 'nowMs' | 'state'>,
  health: ProbedHealth,
  succession?: SuccessionView,
): ConditionWords {
  const { nowMs } = conditions;
  const overrides = new StandingOverrides(config.overrides, nowMs);
  const maintenance = new MaintenancePlan(config.maintenance, nowMs);
  return {
    endpoint: (pool, endpoint) => {
      const { region } = config.pools[pool]!.endpoints[endpoint]!;
      const override = overrides.of(pool, endpoint, region);
      const work = maintenance.of(pool, endpoint, region);
      const isSaid = override?.action === 'up' || override?.action === 'down';
      const causes = [
        isSaid ? undefined : regionWords(config, conditions, health, pool, endpoint),
        work && maintenanceWords(work),
        override && overrideWords(override),
      ];
      return causes.filter((cause) => cause !== undefined).join('; ') || undefined;
    },
    share: (pool, region) => {
      const { rampMs, capacities } = config.pools[pool]!;
      const bound = capacities.find((each) => each.region === region);
      const causes = [
        rampMs === undefined ? undefined : `slow start over ${rampMs / 1000} s`,
        bound === undefined ? undefined : `it can take ${bound.capacity}`,
      ];
      return causes.filter((cause) => cause !== undefined).join(', or ') || undefined;
    },
    failover: (policy) => {
      const { name } = config.policies[policy]!;
      const report = succession?.reports().find((each) => each.policy === name);
      return report && successionText(report);
    },
    lag: (pool, endpoint) => {
      const { replication } = config.pools[pool]!;
      return succession && replication && lagWords(replication, succession, pool, endpoint);
    },
    floor: (pool) => {
      const { floor } = config.pools[pool]!;
      return floor && floorWords(floor);
    },
  };
}

function floorWords({ regions, capacity }: Floor): string {
  const bounds = [
    regions > 0 ? `regions that stay: ${regions}` : undefined,
    capacity > 0 ? `weight that stays: ${Math.round(100 * capacity)} %` : undefined,
  ];
  return bounds.filter((bound) => bound !== undefined).join(', ');
}

function lagWords(
  { maxSeconds }: Replication,
  succession: SuccessionView,
  pool: number,
  endpoint: number,
): string | undefined {
  const lag = succession.lagOf(pool, endpoint);
  if (lag === undefined)
    return `its replication lag is not known: ${succession.lagFaultOf(pool, endpoint) ?? 'it was not read yet'}`;
  const seconds = Math.round(10 * lag.value) / 10;
  return lag.value > maxSeconds ? `behind by ${seconds} s, more than ${maxSeconds} s` : undefined;
}

function maintenanceWords({ reason, toMs }: Maintenance): string {
  return `drained for maintenance: ${reason}, until ${new Date(toMs).toISOString()}`;
}

function overrideWords({ action, owner, reason, untilSeconds }: Override): string {
  const what = action === 'drain' ? 'drained' : action === 'promote' ? 'promoted' : `set ${action}`;
  const who = owner === undefined ? '' : ` by ${owner}`;
  const until = untilSeconds === undefined ? '' : `, until ${new Date(1000 * untilSeconds).toISOString()}`;
  return `${what}${who}: ${reason}${until}`;
}
