import type { PushCheck } from '../../config/check-model.ts';
import type { Reports } from '../reports.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe } from './probe.ts';
import { ProbeFailure, printable } from './reasons.ts';

/**
 * Looks at what was reported last. Before the first report is due, nothing can be said about an endpoint: it keeps
 * the state that it had before a restart.
 */
export function probePush(reports: Reports): Probe<PushCheck> {
  return ({ subject }, { staleMs }, signal) =>
    outcomeOf(signal, async () => {
      signal.throwIfAborted();
      const { report, ageMs } = reports.newest(subject?.pool ?? '', subject?.endpoint ?? '');
      const age = `${Math.round(ageMs / 1_000)} s`;
      if (ageMs > staleMs) {
        const reason = `no report for ${age}, wanted one within ${staleMs / 1_000} s`;
        throw new ProbeFailure({ code: 'error', reason });
      }
      if (report === undefined) {
        throw new ProbeFailure({ code: 'error', reason: `no report yet, for ${age}`, ownFault: true });
      }
      if (report.status === 'up') return;
      const words = report.reason === undefined ? '' : `: ${report.reason}`;
      throw new ProbeFailure({ code: 'status', reason: printable(`reported down${words}`) });
    });
}
