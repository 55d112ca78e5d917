import { formatReport } from '../config/report.ts';
import type { LoadOutcome } from '../control/load.ts';
import { errorTable } from '../runtime/errors.ts';

/** What a load found: a line for each problem, the count, and what to do about files that could not be used at all. */
export function formatLoadReport(outcome: LoadOutcome): string {
  const wholeFiles = outcome.problems.filter(({ severity, line }) => severity === 'error' && line === 0);
  const hints = new Set(wholeFiles.map(({ code }) => `${code}: ${errorTable[code]}`));
  return [...formatReport(outcome), ...hints].join('\n');
}
