import type { Config, Maintenance } from '../config/model.ts';
import type { Override } from '../config/policy-model.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { type ProbedHealth, regionWords } from './region-words.ts';
import { StandingOverrides } from './standing-overrides.ts';

/** What stands behind `Conditions`, in words. Indexes are those of the config. Undefined: nothing to say. */
export interface ConditionWords {
  /** Why an endpoint is in its state, or drained, other than by its probes: `drained by ann: change 4711`. */
  endpoint(pool: number, endpoint: number): string | undefined;
  /** Why a region lets in a part of the clients only. */
  share(pool: number, region: number): string | undefined;
  /** What the pool's floor holds. */
  floor(pool: number): string | undefined;
}

/** The words of what stands above the probes of endpoints. */
export function conditionWords(
  config: Config,
  conditions: Pick<Conditions, 'nowMs' | 'state'>,
  health: ProbedHealth,
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
    floor: (pool) => {
      const { floor } = config.pools[pool]!;
      return (
        floor &&
        `regions that stay: ${floor.regions}, weight that stays: ${Math.round(100 * floor.capacity)} %`
      );
    },
  };
}

function maintenanceWords({ reason, toMs }: Maintenance): string {
  return `drained for maintenance: ${reason}, until ${new Date(toMs).toISOString()}`;
}

function overrideWords({ action, owner, reason, untilSeconds }: Override): string {
  const what = action === 'drain' ? 'drained' : `set ${action}`;
  const who = owner === undefined ? '' : ` by ${owner}`;
  const until = untilSeconds === undefined ? '' : `, until ${new Date(1000 * untilSeconds).toISOString()}`;
  return `${what}${who}: ${reason}${until}`;
}
