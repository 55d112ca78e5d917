import { limits } from '../runtime/limits.ts';

/** When a sink that failed may be tried again: ever later, until it has worked. */
export class Retry {
  private waitMs = 0;
  private dueMs = 0;

  isDue(nowMs: number): boolean {
    return nowMs >= this.dueMs;
  }

  failed(nowMs: number): void {
    this.waitMs = Math.min(Math.max(2 * this.waitMs, limits.queryLogRetryMs), limits.queryLogRetryMaxMs);
    this.dueMs = nowMs + this.waitMs;
  }

  worked(): void {
    this.waitMs = 0;
    this.dueMs = 0;
  }
}
