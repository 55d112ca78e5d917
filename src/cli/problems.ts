import type { LoadOutcome } from '../control/load.ts';
import { formatProblem } from '../runtime/problem.ts';

/** All problems, one a line, and how many there are. Empty when there is none. */
export function reportProblems({ problems, omitted }: LoadOutcome): string {
  if (problems.length === 0) return '';
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const more = omitted > 0 ? `, and ${omitted} more` : '';
  const counts = `${count(errors, 'error')}, ${count(warnings, 'warning')}${more}`;
  return [...problems.map(formatProblem), counts, ''].join('\n');
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
