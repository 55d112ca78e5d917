import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import type { Random } from '../runtime/random.ts';
import { Attempt } from './attempt.ts';
import type { Check } from './check.ts';
import { type Plan, planConfirmation, planNext } from './confirmation.ts';
import { DueQueue } from './due-queue.ts';
import { judgeLatency } from './latency.ts';
import type { ProbeResult, Probes } from './probes/probe.ts';
import { isInDoubt, judge, type Outcome, type Standing } from './state-machine.ts';

export interface SchedulerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly probes: Probes;
  /** Before each result is judged: false when it says nothing about what is checked. */
  readonly counts: (check: Check, result: ProbeResult, beganAt: number) => boolean;
  /** After each result; `before` is the standing that it found. */
  readonly onResult: (check: Check, result: ProbeResult, before: Standing) => void;
}

/** Share of the interval by which a regular probe may come early. */
const jitter = 0.1;

/**
 * Decides when each check is probed. All checks wait in one queue under one timer; at most
 * `limits.probesAtOnce` probes are in flight. A check's next probe begins after its previous ended, but for
 * the overlapping tries that confirm a silence, so that endpoints which time out do not pile up.
 */
export class Scheduler {
  private readonly parts: SchedulerParts;
  private readonly queue = new DueQueue<{ readonly check: Check; readonly ticket: number }>();
  private readonly checks = new Set<Check>();
  private timer: Timer | undefined;
  private timerDueMs = 0;
  private inFlight = 0;

  constructor(parts: SchedulerParts) {
    this.parts = parts;
  }

  /** Probes the check at once, then from a random phase on by its interval. */
  add(check: Check): void {
    this.checks.add(check);
    this.enqueue(check, this.parts.clock.monotonicMs());
    this.arm();
  }

  /** Makes the next probe of the check due now; one that is in flight goes on. */
  hasten(check: Check): void {
    if (!this.checks.has(check) || check.attempts.length > 0) return;
    this.enqueue(check, this.parts.clock.monotonicMs());
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
    this.queue.clear();
    this.timer?.cancel();
    this.timer = undefined;
  }

  /**
   * Begins the probes that are due, as far as there are slots, and only some in one turn of the event loop:
   * a thousand at once would hold up the answers of each other, and age by it.
   */
  private beginDue(): void {
    const nowMs = this.parts.clock.monotonicMs();
    const most = Math.min(limits.probesAtOnce, this.inFlight + limits.probesPerTurn);
    while (this.inFlight < most) {
      const entry = this.queue.take(nowMs);
      if (entry === undefined) break;
      if (entry.ticket === entry.check.ticket) this.begin(entry.check, nowMs);
    }
    this.arm();
  }

  /** With no try left, the newest has been silent for long enough: those that confirm it begin beside it. */
  private begin(check: Check, nowMs: number): void {
    const { clock, probes } = this.parts;
    if (check.triesLeft === 0) follow(check, planConfirmation(check.monitor, check.usualMs, this.isScarce));
    check.beganAt = nowMs;
    check.triesLeft -= 1;
    this.inFlight += 1;
    const attempt = new Attempt(clock, check.deadlineMs, () => {
      this.inFlight -= 1;
      this.settle(check);
      this.arm();
    });
    check.attempts.push(attempt);
    attempt.run(probes, check.target, check.monitor.check);
    if (check.triesLeft > 0) this.enqueue(check, nowMs + check.spacingMs);
    else if (check.suspectMs !== undefined) this.enqueue(check, nowMs + check.suspectMs);
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
    const plan = planNext(standing, monitor, check.usualMs, this.isScarce);
    follow(check, said ? plan : { ...plan, suspectMs: undefined });
    const delayMs = isInDoubt(standing) ? plan.delayMs : this.spread(check, plan.delayMs);
    const pauseMs = said ? 0 : Math.min(monitor.intervalMs, 1_000);
    this.enqueue(check, Math.max(check.beganAt + delayMs, this.parts.clock.monotonicMs() + pauseMs));
  }

  /**
   * Spreads regular probes: the first over a whole round, later ones by up to a tenth of the interval. Only ever
   * earlier: the interval is part of the longest time in which a dead endpoint is found.
   */
  private spread(check: Check, intervalMs: number): number {
    const chance = this.parts.random.fraction();
    if (check.phased) return intervalMs * (1 - jitter * chance);
    check.phased = true;
    return intervalMs * (1 - jitter / 2) * chance;
  }

  private abandonAttempts(check: Check): void {
    for (const attempt of check.attempts) if (attempt.abandon()) this.inFlight -= 1;
    check.attempts.length = 0;
    this.endTries(check);
  }

  /** Those in flight go on. */
  private endTries(check: Check): void {
    check.triesLeft = 0;
    check.ticket += 1;
  }

  /** Many probes are in flight, as when a region is out. */
  private get isScarce(): boolean {
    return this.inFlight > limits.probesAtOnce / 2;
  }

  private enqueue(check: Check, dueMs: number): void {
    check.ticket += 1;
    this.queue.push(dueMs, { check, ticket: check.ticket });
  }

  /** Sets the one timer for the first check in the queue; without a free slot the next end of a probe arms it. */
  private arm(): void {
    const dueMs = this.queue.firstDueMs;
    if (dueMs === undefined || this.inFlight >= limits.probesAtOnce) return;
    if (this.timer !== undefined && this.timerDueMs <= dueMs) return;
    this.timer?.cancel();
    this.timerDueMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - this.parts.clock.monotonicMs()));
    this.timer = this.parts.clock.setTimer(() => {
      this.timer = undefined;
      this.beginDue();
    }, delayMs);
  }
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
