import { StandingClock, settled } from '../../simulate/standing-clock.ts';

/**
 * Time that passes when it is told to. Between two instants all promises that can settle do, so that a whole scenario
 * is the same in every run.
 */
export class FakeClock extends StandingClock {
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
}
