import type { Config } from '../config/model.ts';
import { poolsUnder } from '../config/policy-uses.ts';
import { referencePoolName, wholeRegion } from '../health/checked-pools.ts';
import type { SelfState } from '../health/self-state.ts';
import type { HealthState } from '../health/state-machine.ts';
import type { HealthChange } from '../health/table.ts';
import type { Log } from '../runtime/log.ts';
import { MaintenancePlan } from './maintenance-plan.ts';

/**
 * Tells the log of a change of health. True when it is a failover: an endpoint of ours left, and nobody had said that it
 * would. `config`: undefined before the first is in use.
 */
export function tellChange(
  log: Log,
  change: HealthChange,
  config: Config | undefined,
  nowMs: number,
): boolean {
  const { pool, endpoint, to } = change;
  const pools = config?.pools ?? [];
  const p = pools.findIndex(({ name }) => name === pool);
  const e = pools[p]?.endpoints.findIndex(({ name }) => name === endpoint) ?? -1;
  const place = pools[p]?.endpoints[e];
  const work = place && new MaintenancePlan(config!.maintenance, nowMs).of(p, e, place.region);
  const level = work === undefined && (to === 'down' || to === 'degraded') ? 'warn' : 'info';
  const during = work === undefined ? '' : ` (maintenance: ${work.reason})`;
  log[level](
    { ...change, at: undefined, firstFailureAt: undefined },
    `${subjectOf(change)} is ${to}${during}`,
  );
  return to === 'down' && work === undefined && (place !== undefined || config === undefined);
}

/** Says what is served when nothing of a pool is up any more. */
export function tellWhenAllDown(
  log: Log,
  name: string,
  config: Config,
  state: (pool: number, endpoint: number) => HealthState,
): void {
  const { pools, policies } = config;
  const pool = pools.findIndex((one) => one.name === name);
  const endpoints = pools[pool]?.endpoints ?? [];
  if (pool < 0 || !endpoints.every((_, e) => state(pool, e) === 'down')) return;
  const rules = policies
    .filter((_, index) => poolsUnder(policies, index).includes(pool))
    .map((policy) => `${policy.name}: ${policy.allDown}`);
  log.error({ pool: name }, `all endpoints of pool ${name} are down; now served: ${rules.join(', ')}`);
}

export function tellSelf(log: Log, state: SelfState): void {
  if (state.kind === 'isolated') log.error(`${isolationText(state)}; the verdicts of before are kept`);
  else if (state.kind === 'given-in')
    log.error('this node was cut off for so long that it gives in: what its probes say holds from now on');
  else log.info('this node is not cut off (any more): what its probes say holds');
}

/** Why the node takes itself for the one that is cut off. */
export function isolationText({ cause }: Extract<SelfState, { kind: 'isolated' }>): string {
  const seen =
    cause === 'references'
      ? 'most reference checks and half of the endpoints do not answer'
      : 'endpoints of all regions fell silent at once';
  return `this node is cut off: ${seen}`;
}

/** Names that begin with `@` are those of what is checked beside endpoints. */
function subjectOf({ pool, endpoint }: HealthChange): string {
  if (pool === referencePoolName) return `reference ${endpoint}`;
  return wholeRegion(pool) === undefined ? `${pool}/${endpoint}` : `region ${endpoint}`;
}
