import { limits } from '../runtime/limits.ts';

/** How long to wait before a worker that ended is started again. */
export class Backoff {
  private waitMs = 0;

  /** `livedMs`: how long the worker lived. At once after a long life; else twice as long as the last time. */
  next(livedMs: number): number {
    if (livedMs >= limits.workerStableMs) this.waitMs = 0;
    const now = this.waitMs;
    this.waitMs = Math.min(Math.max(2 * now, limits.workerRestartMs), limits.workerRestartMaxMs);
    return now;
  }
}
