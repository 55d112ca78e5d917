import type { ProbeCheck } from '../config/check-model.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { type ProbeResult, type Probes, type ProbeTarget, probeWith } from './probes/probe.ts';

/** One probe in flight, with its deadline. It ends exactly once: with a result, or abandoned without one. */
export class Attempt {
  /** Monotonic ms. */
  readonly beganAt: number;
  result: ProbeResult | undefined;
  private readonly clock: Clock;
  private readonly controller = new AbortController();
  private readonly onEnd: () => void;
  private readonly deadlineMs: number;
  private timer: Timer;
  private abandoned = false;

  /** `onEnd` is called once `result` is set, never before the constructor has returned. */
  constructor(clock: Clock, deadlineMs: number, onEnd: () => void) {
    this.clock = clock;
    this.onEnd = onEnd;
    this.deadlineMs = deadlineMs;
    this.beganAt = clock.monotonicMs();
    this.timer = clock.setTimer(() => this.timeOut(), deadlineMs);
  }

  run(probes: Probes, target: ProbeTarget, check: ProbeCheck): void {
    probeWith(probes, target, check, this.controller.signal).then(
      (result) => this.end(result),
      (fault: unknown) => this.end(this.failure('error', `the probe itself failed: ${String(fault)}`)),
    );
  }

  /** Ends it without a result; its connection closes. True when it was still in flight. */
  abandon(): boolean {
    const wasInFlight = this.result === undefined;
    this.abandoned = true;
    this.timer.cancel();
    if (wasInFlight) this.controller.abort();
    return wasInFlight;
  }

  /** The probe is told to stop and says where it stood; one that does not say soon is ended for it. */
  private timeOut(): void {
    this.timer = this.clock.setTimer(
      () => this.end(this.failure('timeout', `no answer within ${Math.round(this.deadlineMs)} ms`)),
      limits.probeGraceMs,
    );
    this.controller.abort();
  }

  private end(result: ProbeResult): void {
    if (this.abandoned || this.result !== undefined) return;
    this.timer.cancel();
    this.result = result;
    this.onEnd();
  }

  private failure(code: 'timeout' | 'error', reason: string): ProbeResult {
    return { ok: false, code, reason, durationMs: this.clock.monotonicMs() - this.beganAt };
  }
}
