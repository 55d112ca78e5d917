import type { LagSource } from '../../config/policy-model.ts';
import { limits } from '../../runtime/limits.ts';
import type { Progress } from '../probes/outcome.ts';
import { readPage } from '../probes/page.ts';
import { exchangeFailure, ProbeFailure } from '../probes/reasons.ts';
import { found, missing, type NumberRead } from '../values/value.ts';
import { plainTls, readLoad } from './read-load.ts';

/** Asks once for a replication lag in seconds. Never rejects; as `readLoad` otherwise. */
export function readLag(source: LagSource, signal: AbortSignal): Promise<NumberRead> {
  const { kind } = source;
  return kind === 'patroni' ? askPatroni(source, signal) : readLoad({ ...source, kind }, signal);
}

/**
 * Patroni answers health checks by status: `/replica?lag=…` with 200 for a running replica that is at most so far behind,
 * `/primary` with 200 for the member that leads. Its lag is in bytes; what is within counts as none.
 */
async function askPatroni(source: LagSource, signal: AbortSignal): Promise<NumberRead> {
  const deadlineMs = Math.min(source.everyMs, limits.loadDeadlineMs);
  const end = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const base = source.url.replace(/\/+$/, '');
  const asReplica = await ask(
    new URL(`${base}/replica?lag=${encodeURIComponent(source.query)}`),
    end,
    deadlineMs,
  );
  if (asReplica.ok) return asReplica;
  const asPrimary = await ask(new URL(`${base}/primary`), end, deadlineMs);
  if (asPrimary.ok) return asPrimary;
  return missing(
    `Patroni has it neither as primary nor as a replica within ${source.query}: ${asReplica.reason}`,
  );
}

async function ask(url: URL, end: AbortSignal, deadlineMs: number): Promise<NumberRead> {
  const progress: Progress = { doing: '' };
  try {
    await readPage({ url, at: undefined, headers: { accept: '*/*' }, tls: plainTls }, [], end, progress);
    return found(0);
  } catch (error) {
    if (progress.fault !== undefined) return missing(progress.fault.failure.reason);
    if (end.aborted) return missing(`no answer within ${deadlineMs} ms`);
    return missing(error instanceof ProbeFailure ? error.failure.reason : exchangeFailure(error).reason);
  }
}
