import type { Clock } from '../runtime/clock.ts';
import { DueTimer } from '../runtime/due-timer.ts';
import { limits } from '../runtime/limits.ts';
import type { Random } from '../runtime/random.ts';
import { Attempt } from './attempt.ts';
import type { Check } from './check.ts';
import { type Plan, planConfirmation, planNext } from './confirmation.ts';
import { judgeLatency } from './latency.ts';
import type { ProbeResult, Probes } from './probes/probe.ts';
import { isInDoubt, judge, type Outcome, type Standing } from './state-machine.ts';
import { Turns } from './turns.ts';

export interface SchedulerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly probes: Probes;
  /** Before each result is judged: false when it says nothing about what is checked. */
  readonly counts: (check: Check, result: ProbeResult, beganAt: number) => boolean;
  /** After each result; `before` is the standing that it found. */
  readonly onResult: (check: Check, result: ProbeResult, before: Standing) => void;
}

/**
 * Decides when each check is probed. All checks wait in one wheel under one timer; at most `limits.probesAtOnce`
 * probes are in flight, and `limits.probesPerHost` to one address. A check's next probe begins after its previous
 * ended, but for the overlapping tries that confirm a silence, so that endpoints which time out do not pile up.
 */
export class Scheduler {
  private readonly parts: SchedulerParts;
  private readonly turns = new Turns();
  private readonly checks = new Set<Check>();
  private readonly timer: DueTimer;
  private inFlight = 0;

  constructor(parts: SchedulerParts) {
    this.parts = parts;
    this.timer = new DueTimer(parts.clock, () => this.beginDue());
  }

  /** Probes the check at once, then by its interval. */
  add(check: Check): void {
    this.checks.add(check);
    this.turns.set(check, this.parts.clock.monotonicMs());
    this.arm();
  }

  /** Makes the next probe of the check due now; one that is in flight goes on, and is followed at once. */
  hasten(check: Check): void {
    if (!this.checks.has(check)) return;
    check.isHastened = check.attempts.length > 0;
    if (check.isHastened) return;
    this.turns.set(check, this.parts.clock.monotonicMs());
    this.arm();
  }

  /** Ends the check's probes, those in flight without a result. */
  remove(check: Check): void {
    this.checks.delete(check);
    this.abandonAttempts(check);
    this.arm();
  }

  stop(): void {
    for (const check of this.checks) this.abandonAttempts(check);
    this.checks.clear();
    this.timer.cancel();
  }

  /**
   * Begins the probes that are due, as far as there are slots, and only some in one turn of the event loop:
   * a thousand at once would hold up the answers of each other, and age by it.
   */
  private beginDue(): void {
    const nowMs = this.parts.clock.monotonicMs();
    const most = Math.min(limits.probesAtOnce, this.inFlight + limits.probesPerTurn);
    while (this.inFlight < most) {
      const check = this.turns.take(nowMs);
      if (check === undefined) break;
      this.begin(check, nowMs);
    }
    this.arm();
  }

  /** With no try left, the newest has been silent for long enough: those that confirm it begin beside it. */
  private begin(check: Check, nowMs: number): void {
    const { clock, probes } = this.parts;
    if (check.triesLeft === 0) {
      follow(check, planConfirmation(check.monitor, check.usualMs, this.isScarce(check)));
    }
    check.beganAt = nowMs;
    check.triesLeft -= 1;
    this.inFlight += 1;
    const attempt = new Attempt(clock, check.deadlineMs, () => {
      this.ended(check);
      this.settle(check);
      this.arm();
    });
    check.attempts.push(attempt);
    attempt.run(probes, check.target, check.monitor.check);
    if (check.triesLeft > 0) this.turns.set(check, nowMs + check.spacingMs);
    else if (check.suspectMs !== undefined) this.turns.set(check, nowMs + check.suspectMs);
  }

  /** Judges the results whose turn has come; when the plan is carried out or pointless, makes the next. */
  private settle(check: Check): void {
    let said = false;
    if (isAnswered(check)) this.endTries(check);
    while (check.attempts[0]?.result !== undefined) {
      const { result, beganAt } = check.attempts.shift()!;
      said = this.count(check, result!, beganAt) || said;
      // A callback of ours may have removed the check.
      if (!this.checks.has(check)) return;
      if (said && !isInDoubt(check.standing)) this.abandonAttempts(check);
    }
    if (check.attempts.length > 0 || check.triesLeft > 0) return;
    this.plan(check, said);
  }

  /** False when the result says nothing about the endpoint. */
  private count(check: Check, result: ProbeResult, beganAt: number): boolean {
    const before = check.standing;
    const { latency } = check.monitor;
    const counts = result.ownFault !== true && this.parts.counts(check, result, beganAt);
    if (result.ok) check.usualMs = Math.max(result.durationMs, 0.8 * (check.usualMs ?? 0));
    if (counts) {
      check.standing = judge(before, check.monitor, outcomeOf(result), beganAt, check.silenceWeight);
      const tookMs = result.ok ? result.durationMs : undefined;
      if (latency !== undefined) check.latencies = judgeLatency(check.latencies, latency, tookMs);
    }
    this.parts.onResult(check, result, before);
    return counts;
  }

  /**
   * `said`: the newest result said something; else the fault is this machine's: a pause is due, and confirming the next
   * would tell nothing.
   */
  private plan(check: Check, said: boolean): void {
    const { standing, monitor } = check;
    const plan = planNext(standing, monitor, check.usualMs, this.isScarce(check));
    follow(check, said ? plan : { ...plan, suspectMs: undefined });
    const nowMs = this.parts.clock.monotonicMs();
    const regularMs = isInDoubt(standing) ? check.beganAt + plan.delayMs : this.regularAfter(check, nowMs);
    const dueMs = check.isHastened ? nowMs : regularMs;
    check.isHastened = false;
    const pauseMs = said ? 0 : Math.min(monitor.intervalMs, 1_000);
    this.turns.set(check, Math.max(dueMs, nowMs + pauseMs));
  }

  /**
   * Regular probes keep the time that chance once gave them: one that begins late makes none after it late, and an
   * even load stays even. A probe that was still running at the time of the next is followed at once, but one that
   * took the whole interval leaves it out: else all that time out together would begin together for ever.
   */
  private regularAfter(check: Check, nowMs: number): number {
    const { beganAt, monitor } = check;
    check.phaseMs ??= Math.floor(this.parts.random.fraction() * monitor.intervalMs);
    const dueMs = multipleAfter(beganAt, monitor.intervalMs, check.phaseMs);
    if (dueMs > nowMs || nowMs - beganAt < monitor.intervalMs) return dueMs;
    return multipleAfter(nowMs, monitor.intervalMs, check.phaseMs);
  }

  private abandonAttempts(check: Check): void {
    for (const attempt of check.attempts) if (attempt.abandon()) this.ended(check);
    check.attempts.length = 0;
    this.endTries(check);
  }

  /** Those in flight go on. */
  private endTries(check: Check): void {
    check.triesLeft = 0;
    this.turns.cancel(check);
  }

  private ended(check: Check): void {
    this.inFlight -= 1;
    this.turns.giveBack(check);
  }

  /** Many probes are in flight, as when a region is out, or many to this address. */
  private isScarce(check: Check): boolean {
    return this.inFlight > limits.probesAtOnce / 2 || this.turns.isHostBusy(check);
  }

  /** Sets the one timer for the first check in the wheel; without a free slot the next end of a probe arms it. */
  private arm(): void {
    const dueMs = this.turns.nextMs;
    if (dueMs !== undefined && this.inFlight < limits.probesAtOnce) this.timer.set(dueMs);
  }
}

function multipleAfter(timeMs: number, intervalMs: number, phaseMs: number): number {
  return (Math.floor((timeMs - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
}

function follow(check: Check, plan: Plan): void {
  check.triesLeft = plan.tries;
  check.spacingMs = plan.spacingMs;
  check.deadlineMs = plan.deadlineMs;
  check.silenceWeight = plan.silenceWeight;
  check.suspectMs = plan.suspectMs;
}

/** So many tries beside a silent one have succeeded that its silence is a lost packet: no more are wanted. */
function isAnswered({ attempts, monitor }: Check): boolean {
  const ended = attempts.flatMap(({ result }) => result ?? []);
  return attempts[0]?.result === undefined && ended.length >= monitor.rise && ended.every(({ ok }) => ok);
}

function outcomeOf(result: ProbeResult): Outcome {
  if (result.ok) return 'success';
  return result.code === 'timeout' ? 'silence' : 'refusal';
}
