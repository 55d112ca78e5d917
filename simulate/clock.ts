import { StandingClock, settled } from './standing-clock.ts';

/** Time of one world. Only `run` lets it pass; the wall clock can be set, the monotonic one cannot. */
export class WorldClock extends StandingClock {
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
      this.runDue();
    }
  }
}
