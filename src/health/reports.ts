import type { ProbeCheck } from '../config/check-model.ts';
import type { Pool } from '../config/model.ts';
import type { Clock } from '../runtime/clock.ts';

/** What an endpoint, or whoever knows it, says about it. */
export interface Report {
  readonly status: 'up' | 'down';
  readonly reason: string | undefined;
}

/** The newest report of an endpoint, and how long it is waited for one already. */
export interface Reported {
  readonly report: Report | undefined;
  /** Age of the report; without one, time since the endpoint is known. */
  readonly ageMs: number;
}

interface Entry {
  report: Report | undefined;
  atMs: number;
}

/** The newest report of each endpoint whose monitor waits for reports; nothing is kept for any other. */
export class Reports {
  private readonly clock: Clock;
  private entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes over the endpoints of a config; what is known of those that stay is kept. */
  adopt(pools: readonly Pool[]): void {
    const next = new Map<string, Entry>();
    for (const { name, monitor, endpoints } of pools) {
      if (monitor === undefined || !waitsForReports(monitor.check)) continue;
      for (const endpoint of endpoints) {
        const key = keyOf(name, endpoint.name);
        next.set(key, this.entries.get(key) ?? { report: undefined, atMs: this.clock.monotonicMs() });
      }
    }
    this.entries = next;
  }

  /** False when no monitor waits for reports about such an endpoint. */
  put(pool: string, endpoint: string, report: Report): boolean {
    const entry = this.entries.get(keyOf(pool, endpoint));
    if (entry === undefined) return false;
    entry.report = report;
    entry.atMs = this.clock.monotonicMs();
    return true;
  }

  newest(pool: string, endpoint: string): Reported {
    const entry = this.entries.get(keyOf(pool, endpoint));
    if (entry === undefined) return { report: undefined, ageMs: 0 };
    return { report: entry.report, ageMs: this.clock.monotonicMs() - entry.atMs };
  }
}

function waitsForReports(check: ProbeCheck): boolean {
  return (
    check.type === 'push' || ('parts' in check && check.parts.some((part) => waitsForReports(part.check)))
  );
}

function keyOf(pool: string, endpoint: string): string {
  return JSON.stringify([pool, endpoint]);
}
