import type { ProbeResult } from './probe.ts';
import { exchangeFailure, ProbeFailure } from './reasons.ts';

/** Where a probe stands; told when it gets no answer in time. */
export interface Progress {
  doing: string;
}

/** Runs the steps of one probe and turns however they end into a result. Never rejects. */
export async function outcomeOf(
  signal: AbortSignal,
  steps: (progress: Progress) => Promise<void>,
): Promise<ProbeResult> {
  const beganAt = performance.now();
  const progress: Progress = { doing: 'connecting' };
  try {
    await steps(progress);
    return { ok: true, code: 'success', durationMs: performance.now() - beganAt };
  } catch (error) {
    const durationMs = performance.now() - beganAt;
    if (signal.aborted) {
      const reason = `no answer within ${Math.round(durationMs)} ms, while ${progress.doing}`;
      return { ok: false, code: 'timeout', reason, durationMs };
    }
    const failure = error instanceof ProbeFailure ? error.failure : exchangeFailure(error);
    return { ok: false, durationMs, ...failure };
  }
}
