import type { Config } from '../../config/model.ts';
import { checkedPools, wholePool, wholeRegion } from '../../health/checked-pools.ts';
import type { ProbeReport } from '../../health/checker.ts';
import type { HealthChange } from '../../health/table.ts';
import type { Clock } from '../../runtime/clock.ts';
import { limits } from '../../runtime/limits.ts';
import type { ComposedConditions } from '../conditions.ts';
import { formatSubject, type News, type Subject, type TimelineEvent } from './event.ts';
import { Evidence } from './evidence.ts';
import {
  atFirst,
  keyOf,
  type Standing,
  type Standings,
  type Surroundings,
  standingsNow,
  standingsThen,
  usual,
} from './standings.ts';

export interface NarratorParts {
  readonly clock: Clock;
  readonly record: (news: News) => void;
}

/** Causes that are named one by one. */
const CAUSES = 3;

/**
 * Tells what happens as events: what the controller meets, and what shows by comparing the conditions of a snapshot
 * with those before. Changes of health are told with the snapshot that goes by them, so that the time between is known.
 */
export class Narrator {
  private readonly parts: NarratorParts;
  private readonly evidence = new Evidence();
  private changes: HealthChange[] = [];
  private standings: Standings = new Map();
  /** Endpoints whose newest event says something else than up. */
  private readonly notUp = new Map<string, string>();
  private config: Config | undefined;
  private isPublishing = true;
  private isRefused = false;

  constructor(parts: NarratorParts) {
    this.parts = parts;
  }

  /** What the timeline says of the run before: what has changed since is told with the first snapshot. */
  resume(events: readonly TimelineEvent[]): void {
    this.standings = standingsThen(events);
    for (const { kind, subject, to } of events) {
      const isWhole = kind === 'region' && subject.pool === undefined;
      if (kind !== 'endpoint' && !isWhole) continue;
      const { pool, region, endpoint } = subject;
      const key = probedKey(isWhole ? wholePool(region!) : pool!, isWhole ? region! : endpoint!);
      if (to === 'up') this.notUp.delete(key);
      else this.notUp.set(key, to);
    }
    this.isRefused = events.findLast(({ kind }) => kind === 'config')?.to === 'refused';
    this.isPublishing = events.findLast(({ kind }) => kind === 'publish')?.to !== 'failed';
  }

  probed({ pool, endpoint, code, ok, reason }: ProbeReport): void {
    if (!ok) this.evidence.add(pool, endpoint, this.parts.clock.now(), code, reason ?? code);
  }

  healthChanged(change: HealthChange): void {
    this.changes.push(change);
    // Without a snapshot for long there is no end to them.
    if (this.changes.length > limits.timelineEvents) this.changes.shift();
  }

  /** A load is in use, or a `fault` stood against it. */
  loaded(reason: string, fault: string | undefined): void {
    const from = this.isRefused ? 'refused' : 'taken';
    this.isRefused = fault !== undefined;
    const cause = fault === undefined ? reason : `${reason}: ${fault}`;
    this.tell({ kind: 'config', subject: {}, from, to: this.isRefused ? 'refused' : 'taken', cause });
  }

  publishFailed(error: unknown): void {
    if (!this.isPublishing) return;
    this.isPublishing = false;
    const cause = error instanceof Error ? error.message : String(error);
    this.tell({ kind: 'publish', subject: {}, from: 'works', to: 'failed', cause });
  }

  /** A snapshot that was made from these is with the workers. */
  published(config: Config, conditions: ComposedConditions, around: Surroundings): void {
    if (!this.isPublishing) {
      this.isPublishing = true;
      this.tell({
        kind: 'publish',
        subject: {},
        from: 'failed',
        to: 'works',
        cause: 'a snapshot was published',
      });
    }
    const batch = this.changes.splice(0).flatMap((change) => this.endpointNews(config, change) ?? []);
    for (const news of batch) this.tell(news);
    const before = this.standings;
    const now = standingsNow(config, conditions, around);
    const moved = [...takenOut(before, now), ...now.values()].filter((one) => differs(before, one));
    const overrides = moved.filter(({ kind }) => kind === 'override');
    const because = {
      batch,
      overrides,
      isNewConfig: config !== this.config,
      isFirst: this.config === undefined,
    };
    for (const standing of moved) this.tell(newsOf(before, standing, because));
    this.standings = merged(before, now);
    if (config !== this.config) this.retain(config);
    this.config = config;
  }

  private tell(news: News): void {
    this.parts.record(news);
  }

  /** Undefined for a probe's first word when it is what the timeline says already. */
  private endpointNews(config: Config, change: HealthChange): News | undefined {
    const { pool, endpoint, from, to, at, firstFailureAt, reason } = change;
    const key = probedKey(pool, endpoint);
    const isKnown = from === 'unknown' && to === (this.notUp.get(key) ?? 'up');
    if (to === 'up') this.notUp.delete(key);
    else this.notUp.set(key, to);
    if (isKnown) return undefined;
    const { clock } = this.parts;
    const sinceMs = firstFailureAt === undefined ? undefined : clock.monotonicMs() - firstFailureAt;
    const fromMs = sinceMs === undefined ? 0 : clock.now() - Math.ceil(sinceMs) - 1;
    return {
      ...{ atMs: at, ...aboutOf(config, pool, endpoint), from, to },
      cause: reason ?? (to === 'up' ? 'probes succeed' : 'probes fail'),
      ...(to === 'up' ? {} : { evidence: this.evidence.since(pool, endpoint, fromMs) }),
      ...(sinceMs === undefined ? {} : { failoverMs: Math.round(sinceMs) }),
    };
  }

  /** Forgets what the config has no longer. */
  private retain(config: Config): void {
    const pools = checkedPools(config);
    this.evidence.retain(pools);
    const kept = new Set(
      pools.flatMap(({ name: pool, endpoints }) =>
        endpoints.map(({ name: endpoint }) => probedKey(pool, endpoint)),
      ),
    );
    for (const key of this.notUp.keys()) if (!kept.has(key)) this.notUp.delete(key);
  }
}

function probedKey(pool: string, endpoint: string): string {
  return keyOf('endpoint', { pool, endpoint });
}

/** What a change of health is about: an endpoint, or a region that is checked as a whole. */
function aboutOf(config: Config, pool: string, endpoint: string): Pick<News, 'kind' | 'subject'> {
  const region = wholeRegion(pool);
  return region === undefined
    ? { kind: 'endpoint', subject: subjectOf(config, pool, endpoint) }
    : { kind: 'region', subject: { region } };
}

function subjectOf(config: Config, pool: string, endpoint: string): Subject {
  const endpoints = config.pools.find(({ name }) => name === pool)?.endpoints;
  const index = endpoints?.find(({ name }) => name === endpoint)?.region;
  return index === undefined ? { pool, endpoint } : { pool, region: config.regions[index]!.name, endpoint };
}

interface Because {
  readonly batch: readonly News[];
  readonly overrides: readonly Standing[];
  readonly isNewConfig: boolean;
  readonly isFirst: boolean;
}

function differs(before: Standings, { kind, subject, state }: Standing): boolean {
  return state !== 'unknown' && state !== (before.get(keyOf(kind, subject))?.state ?? usual[kind]);
}

/** Overrides that held and that the config has no longer. */
function takenOut(before: Standings, now: Standings): Standing[] {
  const gone = [...before].filter(([key, { kind }]) => kind === 'override' && !now.has(key));
  const cause = 'it is not in the config any more';
  return gone.map(([, { subject }]) => ({ kind: 'override', subject, state: usual.override, cause }));
}

function newsOf(before: Standings, standing: Standing, because: Because): News {
  const { kind, subject, state, cause } = standing;
  const from = before.get(keyOf(kind, subject))?.state ?? atFirst[kind];
  const own = because.batch.filter(
    ({ subject: one }) =>
      // What is said of a region as a whole is said of each pool's endpoints in it.
      (one.pool === subject.pool || one.pool === undefined) &&
      (subject.region === undefined || one.region === subject.region),
  );
  const times = own.flatMap(({ failoverMs }) => failoverMs ?? []);
  const isLoss = state === 'down' || state === 'all-down';
  return {
    ...{ kind, subject, from, to: state, cause: cause ?? causeOf(own, because) },
    ...(isLoss && times.length > 0 ? { failoverMs: Math.max(...times) } : {}),
  };
}

function causeOf(own: readonly News[], { overrides, isNewConfig, isFirst }: Because): string {
  const changes = own.map(
    ({ subject, to, cause }) => `${subject.endpoint ?? formatSubject(subject)} is ${to}: ${cause}`,
  );
  const told = overrides.map(({ subject, state }) => `override of ${formatSubject(subject)}: ${state}`);
  const causes = [...changes, ...told];
  if (causes.length > CAUSES) causes.splice(CAUSES, Infinity, `and ${causes.length - CAUSES} more`);
  if (causes.length > 0) return causes.join('; ');
  if (isFirst) return 'found so at the start';
  return isNewConfig ? 'another config is in use' : 'health of its endpoints, or time';
}

/** What is unknown now stays as it was known. */
function merged(before: Standings, now: Standings): Standings {
  const kept = new Map<string, Standing>();
  for (const [key, standing] of now) {
    const known = standing.state === 'unknown' ? before.get(key) : standing;
    if (known !== undefined) kept.set(key, known);
  }
  return kept;
}
