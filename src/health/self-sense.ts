import type { SelfCheck } from '../config/model.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Check } from './check.ts';
import type { ProbeResult } from './probes/probe.ts';
import { judgeSelf, type SelfState, type Sight } from './self-state.ts';
import type { HealthState } from './state-machine.ts';

export interface SelfSenseParts {
  readonly clock: Clock;
  /** `restore`: checks to which verdicts of before come back, because the node has become isolated. */
  readonly onChange: (state: SelfState, restore: readonly Check[]) => void;
  /** The check should be probed now: many others have just become unheard. */
  readonly hasten: (check: Check) => void;
}

/** What a check looks at: one region, or something outside of all. */
export type SelfRole = { readonly region: string } | 'reference';

/** How a check was heard of late. Times are monotonic ms. */
interface Hearing {
  readonly role: SelfRole;
  /** Since when no word comes; undefined while one does. */
  unheardSinceMs: number | undefined;
  /** When it went down last; undefined since it came back. */
  leftAtMs: number | undefined;
}

/** Results that come together are looked at together. */
const lookAfterMs = 100;
/** Part of the endpoints that are lost when the others are asked at once, once in a window. */
const alarmShare = 0.3;

/** Notices from the results of all checks together that not they, but this node is cut off. */
export class SelfSense {
  private readonly parts: SelfSenseParts;
  private readonly hearings = new Map<Check, Hearing>();
  private rules: SelfCheck | undefined;
  private current: SelfState = { kind: 'well' };
  private timer: Timer | undefined;
  private end: Timer | undefined;
  private alarmedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SelfSenseParts) {
    this.parts = parts;
  }

  get state(): SelfState {
    return this.current;
  }

  /** Takes over what a config checks; what is known of checks that stay is kept. Without rules the node is well. */
  adopt(rules: SelfCheck | undefined, roles: ReadonlyMap<Check, SelfRole>): void {
    this.rules = rules;
    for (const check of [...this.hearings.keys()]) if (!roles.has(check)) this.hearings.delete(check);
    for (const [check, role] of roles) {
      const before = this.hearings.get(check);
      this.hearings.set(check, { unheardSinceMs: undefined, leftAtMs: undefined, ...before, role });
    }
    if (rules === undefined) this.become({ kind: 'well' });
    else this.lookSoon();
  }

  /** To be called with each result before it is judged: false when it is this node's fault, and says nothing. */
  hear(check: Check, result: ProbeResult, beganAt: number): boolean {
    const hearing = this.hearings.get(check);
    if (this.rules === undefined || hearing === undefined) return true;
    const unheard = isUnheard(result);
    if (unheard !== (hearing.unheardSinceMs !== undefined)) {
      hearing.unheardSinceMs = unheard ? beganAt : undefined;
      this.lookSoon();
    }
    return !unheard || hearing.role === 'reference' || this.current.kind !== 'isolated';
  }

  /** To be called when the state of a check has changed by its results. */
  changed(check: Check, from: HealthState): void {
    const hearing = this.hearings.get(check);
    if (hearing === undefined) return;
    // One that left by its own word, and fell silent afterwards, did not leave by the silence.
    const left = from === 'up' && check.standing.state === 'down' && hearing.unheardSinceMs !== undefined;
    hearing.leftAtMs = left ? this.parts.clock.monotonicMs() : undefined;
    if (this.rules !== undefined) this.lookSoon();
  }

  stop(): void {
    this.timer?.cancel();
    this.end?.cancel();
  }

  private lookSoon(): void {
    this.timer ??= this.parts.clock.setTimer(() => {
      this.timer = undefined;
      this.look();
    }, lookAfterMs);
  }

  private look(): void {
    if (this.rules === undefined) return;
    const nowMs = this.parts.clock.monotonicMs();
    const sight = this.sightAt(nowMs, this.rules);
    this.become(judgeSelf(this.current, this.rules, sight, nowMs));
    if (this.current.kind === 'well') this.alarm(sight, nowMs, this.rules.windowMs);
  }

  private become(next: SelfState): void {
    const before = this.current;
    if (next.kind === before.kind) return;
    this.current = next;
    this.end?.cancel();
    let restore: Check[] = [];
    if (next.kind === 'isolated') {
      this.end = this.parts.clock.setTimer(() => this.look(), this.rules!.maxMs);
      restore = this.wereUp(next.sinceMs);
    }
    this.parts.onChange(next, restore);
  }

  private wereUp(nowMs: number): Check[] {
    return [...this.hearings]
      .filter(([check, hearing]) => hearing.role !== 'reference' && this.wasUp(check, hearing, nowMs))
      .map(([check]) => check);
  }

  private sightAt(nowMs: number, rules: SelfCheck): Sight {
    const regions = new Map<string, { members: number; lost: number; unheard: number }>();
    const references = { total: 0, up: 0, down: 0 };
    for (const [check, hearing] of this.hearings) {
      const { state } = check.standing;
      if (hearing.role === 'reference') {
        references.total += 1;
        if (state === 'up') references.up += 1;
        if (state === 'down') references.down += 1;
        continue;
      }
      if (!this.wasUp(check, hearing, nowMs)) continue;
      const { region } = hearing.role;
      const seen = regions.get(region) ?? { members: 0, lost: 0, unheard: 0 };
      regions.set(region, seen);
      seen.members += 1;
      if (hearing.unheardSinceMs === undefined) continue;
      seen.unheard += 1;
      if (nowMs - hearing.unheardSinceMs <= horizonMs(check, rules)) seen.lost += 1;
    }
    return { regions: [...regions.values()], references };
  }

  private wasUp(check: Check, { leftAtMs }: Hearing, nowMs: number): boolean {
    if (check.standing.state === 'up') return true;
    return leftAtMs !== undefined && nowMs - leftAtMs <= horizonMs(check, this.rules!);
  }

  /** Checks with long intervals would know too late what the others know. */
  private alarm({ regions }: Sight, nowMs: number, windowMs: number): void {
    const members = regions.reduce((total, region) => total + region.members, 0);
    const lost = regions.reduce((total, region) => total + region.lost, 0);
    const across = regions.filter((region) => region.lost > 0).length > 1;
    if (!across || lost < alarmShare * members || nowMs - this.alarmedAtMs < windowMs) return;
    this.alarmedAtMs = nowMs;
    for (const [check, { unheardSinceMs }] of this.hearings)
      if (unheardSinceMs === undefined) this.parts.hasten(check);
  }
}

/** A check that is made more seldom knows of an outage so much later. */
function horizonMs(check: Check, { windowMs }: SelfCheck): number {
  return Math.max(windowMs, check.monitor.intervalMs + 2 * check.monitor.timeoutMs);
}

/** No word came from there: silence, or no way. */
function isUnheard({ code, unreached }: ProbeResult): boolean {
  return code === 'timeout' || unreached === true;
}
