import type { LagSource } from '../../config/policy-model.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { found, missing, type NumberRead } from '../values/value.ts';
import { deadlineOf, readFrom, readLoad } from './read-load.ts';

/** Asks once for a replication lag in seconds. Never rejects; as `readLoad` otherwise. */
export function readLag(source: LagSource, signal: AbortSignal): Promise<NumberRead> {
  const { kind } = source;
  return kind === 'patroni' ? askPatroni(source, signal) : readLoad({ ...source, kind }, signal);
}

/**
 * Patroni answers health checks by status: `/replica?lag=…` with 200 for a running replica that is at most so far behind,
 * `/primary` with 200 for the member that leads. Its lag is in bytes; what is within counts as none.
 */
function askPatroni(source: LagSource, signal: AbortSignal): Promise<NumberRead> {
  const base = source.url.replace(/\/+$/, '');
  const isSo = (path: string, end: AbortSignal): Promise<NumberRead> =>
    readFrom(new URL(`${base}${path}`), { accept: '*/*' }, end, () => found(0));
  return withDeadline(deadlineOf(source), signal, async (end) => {
    const asReplica = await isSo(`/replica?lag=${encodeURIComponent(source.query)}`, end);
    if (asReplica.ok) return asReplica;
    const asPrimary = await isSo('/primary', end);
    if (asPrimary.ok) return asPrimary;
    const role = `Patroni has it neither as primary nor as a replica within ${source.query}`;
    return missing(`${role}: ${asReplica.reason}`);
  });
}
