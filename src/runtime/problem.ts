import type { ErrorCode } from './errors.ts';

/**
 * Something wrong in a file of the operator's. Loaders collect problems and go on, so that all are told at
 * once; a load with any problem of severity `error` changes nothing.
 */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** 1-based; 0 when the problem is with the file as a whole. */
  readonly line: number;
  /** 1-based, in characters; 0 when the problem is with the line or file as a whole. */
  readonly column: number;
  /** What is wrong, then the value found and the value wanted. One line, no final full stop. */
  readonly message: string;
}

/** `file:line:col: message [code]`, the form editors and CI systems can jump to. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  return `${place}: ${mark}${problem.message} [${problem.code}]`;
}
