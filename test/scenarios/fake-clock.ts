import { DueQueue } from '../../src/health/due-queue.ts';
import type { Clock, Timer } from '../../src/runtime/clock.ts';

/**
 * A clock that stands still until it is told to advance. Timers run in order of time, then of setting; between
 * two instants all promises that can settle do, so that a whole scenario is the same in every run.
 */
export class FakeClock implements Clock {
  /** Wall and monotonic time differ, so that confusing the two shows. */
  private readonly wallOffsetMs = 1_700_000_000_000;
  private readonly timers = new DueQueue<{ readonly callback: () => void; live: boolean }>();
  private atMs = 5_000;

  now(): number {
    return this.wallOffsetMs + this.atMs;
  }

  monotonicMs(): number {
    return this.atMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { callback, live: true };
    this.timers.push(this.atMs + Math.max(0, delayMs), timer);
    return {
      cancel: () => {
        timer.live = false;
      },
    };
  }

  /** Lets time pass, at once. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.atMs + byMs;
    await settled();
    for (;;) {
      const dueMs = this.timers.firstDueMs;
      if (dueMs === undefined || dueMs > untilMs) break;
      const beforeMs = this.atMs;
      this.atMs = Math.max(beforeMs, dueMs);
      if (this.runDue()) await settled();
      else this.atMs = beforeMs;
    }
    this.atMs = untilMs;
  }

  /** Time passes, and nothing runs: the process was held up. */
  stall(byMs: number): void {
    this.atMs += byMs;
  }

  /** Advances until the condition holds; fails when it does not within `mostMs`. Returns how long it took. */
  async until(condition: () => boolean, mostMs: number, stepMs = 10): Promise<number> {
    const beganMs = this.atMs;
    await this.advance(0);
    while (!condition()) {
      if (this.atMs - beganMs >= mostMs) throw new Error(`not within ${mostMs} ms`);
      await this.advance(stepMs);
    }
    return this.atMs - beganMs;
  }

  /** Runs all timers of this instant; true when any ran. */
  private runDue(): boolean {
    let ran = false;
    for (;;) {
      const timer = this.timers.take(this.atMs);
      if (timer === undefined) return ran;
      if (!timer.live) continue;
      timer.live = false;
      timer.callback();
      ran = true;
    }
  }
}

/** After every promise job that is waiting, and those that they make. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
