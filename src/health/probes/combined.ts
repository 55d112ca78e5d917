import type { CombinedCheck } from '../../config/check-model.ts';
import {
  type Probe,
  type ProbeResult,
  type Probes,
  type ProbeTarget,
  probeWith,
  type SeenCertificate,
} from './probe.ts';
import { printable } from './reasons.ts';

/**
 * Runs the parts of a check at once and ends as soon as enough of them succeeded, or too many failed for that. A part
 * that could not be made for a fault of this machine is neither: without it nothing may be decided at all.
 */
export function probeCombined(probes: () => Probes): Probe<CombinedCheck> {
  return async (target, check, signal) => {
    const beganAt = performance.now();
    const own = new AbortController();
    const stop = (): void => own.abort();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const tally = await runParts(probes(), target, check, own.signal);
      const { certificate } = tally;
      const seen = certificate === undefined ? {} : { certificate };
      return { ...verdict(tally, check), durationMs: performance.now() - beganAt, ...seen };
    } finally {
      signal.removeEventListener('abort', stop);
      own.abort();
    }
  };
}

interface Failed {
  readonly name: string;
  readonly result: ProbeResult;
}

interface Tally {
  succeeded: number;
  readonly failed: Failed[];
  readonly unmade: Failed[];
  /** The one that expires first. */
  certificate: SeenCertificate | undefined;
}

/** Resolves when the parts that have ended decide. A deadline ends them all. */
function runParts(
  probes: Probes,
  target: ProbeTarget,
  { parts, need }: CombinedCheck,
  signal: AbortSignal,
): Promise<Tally> {
  return new Promise((resolve) => {
    const tally: Tally = { succeeded: 0, failed: [], unmade: [], certificate: undefined };
    let left = parts.length;
    const end = (name: string, result: ProbeResult): void => {
      left--;
      const { certificate = tally.certificate } = result;
      if (certificate !== undefined && certificate.expiresAtMs < (tally.certificate?.expiresAtMs ?? Infinity))
        tally.certificate = certificate;
      if (result.ok) tally.succeeded++;
      else (result.ownFault === true ? tally.unmade : tally.failed).push({ name, result });
      const decided = tally.succeeded >= need || tally.failed.length > parts.length - need;
      // At the deadline every part ends at once: wait for what all of them say.
      if (left === 0 || (decided && !signal.aborted)) resolve(tally);
    };
    for (const [i, { name, check }] of parts.entries()) {
      probeWith(probes, target.parts![i]!, check, signal).then(
        (result) => end(name, result),
        (fault: unknown) => {
          const reason = printable(`the probe itself failed: ${String(fault)}`);
          end(name, { ok: false, code: 'error', reason, durationMs: 0 });
        },
      );
    }
  });
}

/** What the whole comes to. It is silence only when all that failed are silent: one refusal is an endpoint's word. */
function verdict(
  { succeeded, failed, unmade }: Tally,
  { parts, need }: CombinedCheck,
): Omit<ProbeResult, 'durationMs'> {
  if (succeeded >= need) return { ok: true, code: 'success' };
  const told = failed.length > parts.length - need ? failed : unmade;
  const words = told.map(({ name, result }) => `${name} (${result.reason})`).join('; ');
  const reason = printable(`${told.length} of ${parts.length} failed, wanted ${need} well: ${words}`);
  if (told === unmade) return { ok: false, code: 'error', reason, ownFault: true };
  const heard = failed.find(({ result: { code, unreached } }) => code !== 'timeout' && unreached !== true);
  if (heard !== undefined) return { ok: false, code: heard.result.code, reason };
  const unreached = failed.find(({ result }) => result.unreached === true);
  return unreached === undefined
    ? { ok: false, code: 'timeout', reason }
    : { ok: false, code: unreached.result.code, reason, unreached: true };
}
