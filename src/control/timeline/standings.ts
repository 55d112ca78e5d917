import type { Config } from '../../config/model.ts';
import type { Override } from '../../config/policy-model.ts';
import type { ComposedConditions } from '../conditions.ts';
import type { Subject, TimelineEvent } from './event.ts';

/** Kinds whose state can be read off at any time, so that a change shows by comparing two looks. */
type LookedAt = 'override' | 'floor' | 'region' | 'pool';

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
};

/** What is told as the state before the first that is known. */
export const atFirst: Readonly<Record<LookedAt, string>> = { ...usual, region: 'unknown', pool: 'unknown' };

/** Standings by kind and subject, in the order in which one leads to another. */
export type Standings = ReadonlyMap<string, Standing>;

export function standingsNow(config: Config, conditions: ComposedConditions): Standings {
  const found = new Map<string, Standing>();
  const add = (standing: Standing): unknown => found.set(keyOf(standing.kind, standing.subject), standing);
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
    for (const [region, state] of regions)
      add({ kind: 'region', subject: { pool, region: config.regions[region]!.name }, state });
    const states = [...regions.values()];
    const state = states.includes('up') ? 'up' : states.includes('unknown') ? 'unknown' : 'all-down';
    add({ kind: 'pool', subject: { pool }, state });
  }
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

export function keyOf(kind: string, { pool, region, endpoint }: Subject): string {
  return JSON.stringify([kind, pool, region, endpoint]);
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

/** By index: `up` with an endpoint that may be given to clients, `unknown` while a probe has still to say it. */
function regionsOf(config: Config, p: number, conditions: ComposedConditions): Map<number, string> {
  const regions = new Map<number, string>();
  for (const [e, { region }] of config.pools[p]!.endpoints.entries()) {
    const before = regions.get(region) ?? 'down';
    const verdict = conditions.state(p, e);
    const state =
      conditions.drained(p, e) || verdict === 'down' ? 'down' : verdict === 'unknown' ? 'unknown' : 'up';
    regions.set(region, before === 'up' || state === 'down' ? before : state);
  }
  return regions;
}
