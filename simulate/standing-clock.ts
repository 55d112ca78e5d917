import { DueQueue } from '../src/health/due-queue.ts';
import type { Clock, Timer } from '../src/runtime/clock.ts';

/** A clock that stands still until somebody lets it go on. Timers run in order of time, then of setting. */
export abstract class StandingClock implements Clock {
  /** Wall and monotonic time differ, so that confusing the two shows. */
  wallOffsetMs = 1_700_000_000_000;
  protected readonly timers = new DueQueue<{ readonly callback: () => void; live: boolean }>();
  protected atMs = 5_000;

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

  /** Runs all timers of this instant; true when any ran. */
  protected runDue(): boolean {
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
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
