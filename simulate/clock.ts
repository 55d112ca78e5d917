import { DueQueue } from '../src/health/due-queue.ts';
import type { Clock, Timer } from '../src/runtime/clock.ts';

/** Time of one world. Only `run` lets it pass; the wall clock can be set, the monotonic one cannot. */
export class WorldClock implements Clock {
  /** Added to the monotonic time. */
  wallOffsetMs = 1_700_000_000_000;
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

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(resolve, ms));
  }

  /** Runs all timers up to then; promises settle between two instants. Ends early when `goOn` says no. */
  async run(untilMs: number, goOn: () => boolean): Promise<void> {
    while (goOn()) {
      await settled();
      const dueMs = this.timers.firstDueMs;
      if (dueMs === undefined || dueMs > untilMs) break;
      this.atMs = Math.max(this.atMs, dueMs);
      for (let timer = this.timers.take(this.atMs); timer; timer = this.timers.take(this.atMs)) {
        if (timer.live) timer.callback();
        timer.live = false;
      }
    }
  }
}

/** After every promise job that is waiting, and those that they make. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
