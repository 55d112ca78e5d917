import type { ErrorCode } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import type { Problem } from '../runtime/problem.ts';

/** Where a problem is: a `ZoneRecord` is a place too. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** Collects problems, `limits.problems` of them; errors are kept before warnings, the rest is counted. */
export class ProblemList {
  private readonly errors: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private errorCount = 0;
  private warningCount = 0;

  get hasErrors(): boolean {
    return this.errorCount > 0;
  }

  error(code: ErrorCode, place: Place, message: string): void {
    this.errorCount++;
    if (this.errors.length < limits.problems) this.errors.push(problem('error', code, place, message));
  }

  warning(code: ErrorCode, place: Place, message: string): void {
    this.warningCount++;
    if (this.warnings.length < limits.problems) this.warnings.push(problem('warning', code, place, message));
  }

  /** In the order of lines, file by file; a last one tells how many more there are. */
  list(file: string): Problem[] {
    const kept = [...this.errors, ...this.warnings].slice(0, limits.problems);
    const files = [...new Set(kept.map((one) => one.file))];
    kept.sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
    const errors = this.errorCount - this.errors.length;
    const more = this.errorCount + this.warningCount - kept.length;
    if (more === 0) return kept;
    const message = `${more} more problems are not shown, ${errors} of them errors`;
    return [...kept, problem(errors > 0 ? 'error' : 'warning', 'ZONE_RECORD', { file, line: 0 }, message)];
  }
}

function problem(severity: Problem['severity'], code: ErrorCode, place: Place, message: string): Problem {
  return { code, severity, file: place.file, line: place.line, column: place.column ?? 0, message };
}
