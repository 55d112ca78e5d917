import type { LatencyRule } from '../config/model.ts';

/** What is remembered of how long an endpoint's answers took. Frozen by convention. */
export interface Latencies {
  /** Of the last results, oldest first, ms; undefined for those that failed. */
  readonly durations: readonly (number | undefined)[];
  /** The 95th percentile of the successful ones, once there are `window` results. */
  readonly p95Ms: number | undefined;
  /** It was above the bound, and has not been clearly below since. */
  readonly slow: boolean;
}

export const noLatencies: Latencies = { durations: [], p95Ms: undefined, slow: false };

/** An endpoint is no longer slow below this part of the bound: between the two it stays what it was. */
const calmShare = 0.8;

/**
 * The latencies after one more result; `durationMs` is undefined when it failed. Nothing is said of a window that is not
 * full, or in which nothing succeeded.
 */
export function judgeLatency(
  before: Latencies,
  rule: LatencyRule,
  durationMs: number | undefined,
): Latencies {
  const durations = [...before.durations, durationMs].slice(-rule.window);
  const p95Ms = durations.length < rule.window ? undefined : percentile95(durations);
  if (p95Ms === undefined) return { durations, p95Ms, slow: before.slow };
  const boundMs = before.slow ? calmShare * rule.p95Ms : rule.p95Ms;
  return { durations, p95Ms, slow: before.slow ? p95Ms >= boundMs : p95Ms > boundMs };
}

/** For people, while the endpoint is slow. */
export function slowReason({ p95Ms }: Latencies, rule: LatencyRule): string {
  const found = p95Ms === undefined ? 'slow' : `${Math.round(p95Ms)} ms`;
  return `the 95th percentile of the last ${rule.window} probes is ${found}, wanted ${rule.p95Ms} ms at most`;
}

/** By nearest rank: one of the values, so that one in twenty may be any. */
function percentile95(durations: readonly (number | undefined)[]): number | undefined {
  const known = durations.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  return known[Math.ceil(0.95 * known.length) - 1];
}
