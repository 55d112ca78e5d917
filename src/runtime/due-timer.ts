import type { Clock, Timer } from './clock.ts';

/** One timer for many moments: rings at the earliest that it was set for, once, and is set anew after that. */
export class DueTimer {
  private readonly clock: Clock;
  private readonly ring: () => void;
  private timer: Timer | undefined;
  private dueMs = 0;

  constructor(clock: Clock, ring: () => void) {
    this.clock = clock;
    this.ring = ring;
  }

  /** `dueMs`: monotonic. Changes nothing when it rings earlier anyway. */
  set(dueMs: number): void {
    if (this.timer !== undefined && this.dueMs <= dueMs) return;
    this.timer?.cancel();
    this.dueMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - this.clock.monotonicMs()));
    this.timer = this.clock.setTimer(() => {
      this.timer = undefined;
      this.ring();
    }, delayMs);
  }

  cancel(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}
