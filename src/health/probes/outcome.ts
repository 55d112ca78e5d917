import type { ProbeResult, SeenCertificate } from './probe.ts';
import { exchangeFailure, ProbeFailure, printable } from './reasons.ts';

/** Where a probe stands; told when it gets no answer in time. */
export interface Progress {
  doing: string;
  /** Told however the probe ends. */
  certificate?: SeenCertificate | undefined;
  /** What the endpoint said that was not what is waited for: at the deadline its word, and no silence. */
  said?: string;
  /** What ended the probe, when that looks like something else to its steps. */
  fault?: ProbeFailure;
}

/** Runs the steps of one probe and turns however they end into a result. Never rejects. */
export async function outcomeOf(
  signal: AbortSignal,
  steps: (progress: Progress) => Promise<void>,
): Promise<ProbeResult> {
  const beganAt = performance.now();
  const progress: Progress = { doing: 'connecting' };
  const ending = await endingOf(signal, beganAt, progress, steps);
  const durationMs = performance.now() - beganAt;
  const { certificate } = progress;
  return { ...ending, durationMs, ...(certificate === undefined ? {} : { certificate }) };
}

async function endingOf(
  signal: AbortSignal,
  beganAt: number,
  progress: Progress,
  steps: (progress: Progress) => Promise<void>,
): Promise<Omit<ProbeResult, 'durationMs'>> {
  try {
    await steps(progress);
    return { ok: true, code: 'success' };
  } catch (thrown) {
    const error = progress.fault ?? thrown;
    if (signal.aborted) {
      const ms = Math.round(performance.now() - beganAt);
      const { said } = progress;
      if (said !== undefined)
        return {
          ok: false,
          code: 'body',
          reason: printable(`not the wanted text within ${ms} ms; it said ${said}`),
        };
      return { ok: false, code: 'timeout', reason: `no answer within ${ms} ms, while ${progress.doing}` };
    }
    const failure = error instanceof ProbeFailure ? error.failure : exchangeFailure(error);
    return { ok: false, ...failure };
  }
}
