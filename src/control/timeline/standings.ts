import type { Config } from '../../config/model.ts';
import type { Override } from '../../config/policy-model.ts';
import type { ComposedConditions } from '../conditions.ts';
import { MaintenancePlan } from '../maintenance-plan.ts';
import type { Subject, TimelineEvent } from './event.ts';

/** Kinds whose state can be read off at any time, so that a change shows by comparing two looks. */
type LookedAt = 'override' | 'floor' | 'region' | 'pool' | 'failover' | 'node';

export interface Standing {
  readonly kind: LookedAt;
  readonly subject: Subject;
  readonly state: string;
  /** Why, where that is known without looking at what else happened. */
  readonly cause?: string | undefined;
}

/** What is so until something else is known. */
export const usual: Readonly<Record<LookedAt, string>> = {
  override: 'none',
  floor: 'holds',
  region: 'up',
  pool: 'up',
  failover: 'unknown',
  node: 'connected',
};

/** What is told as the state before the first that is known. */
export const atFirst: Readonly<Record<LookedAt, string>> = { ...usual, region: 'unknown', pool: 'unknown' };

/** Standings by kind and subject, in the order in which one leads to another. */
export type Standings = ReadonlyMap<string, Standing>;

/** What is looked at beside the conditions. */
export interface Surroundings {
  /** Failovers of which one tier alone may serve; `answered` undefined: nobody. */
  readonly failovers: readonly {
    readonly policy: string;
    readonly answered: string | undefined;
    readonly why: string;
  }[];
  /** Why the node takes itself for cut off; undefined when it does not. */
  readonly isolated: string | undefined;
}

export function standingsNow(
  config: Config,
  conditions: ComposedConditions,
  { failovers, isolated }: Surroundings,
): Standings {
  const maintenance = new MaintenancePlan(config.maintenance, conditions.nowMs);
  const found = new Map<string, Standing>();
  const add = (standing: Standing): unknown => found.set(keyOf(standing.kind, standing.subject), standing);
  add({ kind: 'node', subject: {}, state: isolated === undefined ? usual.node : 'cut off', cause: isolated });
  for (const override of config.overrides) {
    const { action, owner, reason, untilSeconds } = override;
    const subject = subjectOf(config, override);
    if (!holds(override, conditions.nowMs)) {
      if (!found.has(keyOf('override', subject)))
        add({ kind: 'override', subject, state: usual.override, cause: 'its time is over' });
      continue;
    }
    const until = untilSeconds === undefined ? '' : `, until ${new Date(1000 * untilSeconds).toISOString()}`;
    const cause = `${reason}${owner === undefined ? '' : ` (${owner})`}${until}`;
    // A later one beats an earlier one.
    add({ kind: 'override', subject, state: action, cause });
  }
  for (const [p, { name: pool, floor }] of config.pools.entries()) {
    if (floor !== undefined)
      add({ kind: 'floor', subject: { pool }, state: conditions.frozen(p) ? 'frozen' : 'holds' });
    const regions = regionsOf(config, p, conditions);
    for (const [region, state] of regions) {
      const work = state === 'drained' ? maintenanceOf(config, maintenance, p, region) : undefined;
      const cause = work && `maintenance: ${work.reason}`;
      add({ kind: 'region', subject: { pool, region: config.regions[region]!.name }, state, cause });
    }
    add({ kind: 'pool', subject: { pool }, state: poolState([...regions.values()]) });
  }
  for (const { policy, answered, why } of failovers)
    add({ kind: 'failover', subject: { policy }, state: answered ?? 'nobody', cause: why });
  return found;
}

/** What the newest events say about all that can be looked at. */
export function standingsThen(events: readonly TimelineEvent[]): Standings {
  const found = new Map<string, Standing>();
  for (const { kind, subject, to } of events) {
    if (kind in usual) found.set(keyOf(kind, subject), { kind: kind as LookedAt, subject, state: to });
  }
  return found;
}

export function keyOf(kind: string, { policy, pool, region, endpoint }: Subject): string {
  return JSON.stringify([kind, policy, pool, region, endpoint]);
}

function subjectOf(config: Config, { pool: p, region, endpoint }: Override): Subject {
  const pool = p === undefined ? undefined : config.pools[p]!;
  return {
    ...(pool === undefined ? {} : { pool: pool.name }),
    ...(region === undefined ? {} : { region: config.regions[region]!.name }),
    ...(pool === undefined || endpoint === undefined ? {} : { endpoint: pool.endpoints[endpoint]!.name }),
  };
}

function holds({ untilSeconds }: Override, nowMs: number): boolean {
  return untilSeconds === undefined || 1000 * untilSeconds > nowMs;
}

/** Drained ones serve when nobody else can. */
function poolState(regions: readonly string[]): string {
  if (regions.includes('up') || regions.includes('drained')) return 'up';
  return regions.includes('unknown') ? 'unknown' : 'all-down';
}

const order = ['down', 'drained', 'unknown', 'up'];

/**
 * By index, the best of its endpoints: `up` may be given to clients, `drained` only when no other can, `unknown` while a
 * probe has still to say it.
 */
function regionsOf(config: Config, p: number, conditions: ComposedConditions): Map<number, string> {
  const regions = new Map<number, string>();
  for (const [e, { region }] of config.pools[p]!.endpoints.entries()) {
    const verdict = conditions.state(p, e);
    const standing = verdict === 'down' || verdict === 'unknown' ? verdict : 'up';
    const state = verdict !== 'down' && conditions.drained(p, e) ? 'drained' : standing;
    const before = regions.get(region) ?? 'down';
    regions.set(region, order.indexOf(state) > order.indexOf(before) ? state : before);
  }
  return regions;
}

function maintenanceOf(config: Config, plan: MaintenancePlan, p: number, region: number) {
  const own = config.pools[p]!.endpoints.flatMap((endpoint, e) =>
    endpoint.region === region ? (plan.of(p, e, region) ?? []) : [],
  );
  return own[0];
}
