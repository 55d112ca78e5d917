import { LoadRefused } from '../control/service.ts';
import { errorTable, OperatorError } from '../runtime/errors.ts';
import { formatLoadReport } from './load-report.ts';

/** Tells why a server could not start, in words for operators; returns the exit code. Rethrows faults of ours. */
export function tellStartFailure(error: unknown): number {
  if (error instanceof LoadRefused) {
    process.stderr.write(`${formatLoadReport(error.outcome)}\n`);
    return 1;
  }
  if (error instanceof OperatorError) {
    process.stderr.write(`meridian: ${error.message} [${error.code}]\n${errorTable[error.code]}\n`);
    return 1;
  }
  throw error;
}
