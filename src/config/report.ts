import { formatProblem } from '../runtime/problem.ts';
import type { LoadResult } from './load.ts';

/** What `check` prints and a failed load logs: a line for each problem, and a last one with the count. */
export function formatReport({ problems, omitted }: Pick<LoadResult, 'problems' | 'omitted'>): string[] {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counts = [
    count(errors, 'error'),
    count(problems.length - errors, 'warning'),
    ...(omitted > 0 ? [`${omitted} more not shown`] : []),
  ];
  return [...problems.map(formatProblem), counts.join(', ')];
}

/** `no errors`, `1 error`, `2 errors`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number === 0 ? 'no' : number} ${number === 1 ? noun : plural}`;
}
