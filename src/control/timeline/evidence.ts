import { limits } from '../../runtime/limits.ts';
import type { ProbeError } from './event.ts';

interface Failure extends ProbeError {
  readonly atMs: number;
}

/** The newest failed probes of each endpoint, for the event that they lead to. */
export class Evidence {
  private readonly failures = new Map<string, Failure[]>();

  /** `atMs`: wall clock. */
  add(pool: string, endpoint: string, atMs: number, code: string, reason: string): void {
    const key = JSON.stringify([pool, endpoint]);
    const known = this.failures.get(key) ?? [];
    known.push({ atMs, at: new Date(atMs).toISOString(), code, reason });
    if (known.length > limits.timelineEvidence) known.shift();
    this.failures.set(key, known);
  }

  /** Those that ended at `fromMs` or later, oldest first. */
  since(pool: string, endpoint: string, fromMs: number): ProbeError[] {
    const known = this.failures.get(JSON.stringify([pool, endpoint])) ?? [];
    return known.filter(({ atMs }) => atMs >= fromMs).map(({ at, code, reason }) => ({ at, code, reason }));
  }

  /** Forgets endpoints that are not among these pools. */
  retain(
    pools: readonly { readonly name: string; readonly endpoints: readonly { readonly name: string }[] }[],
  ): void {
    const kept = new Set(
      pools.flatMap(({ name, endpoints }) =>
        endpoints.map((endpoint) => JSON.stringify([name, endpoint.name])),
      ),
    );
    for (const key of this.failures.keys()) if (!kept.has(key)) this.failures.delete(key);
  }
}
