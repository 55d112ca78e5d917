import type { ErrorCode } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import type { Problem } from '../runtime/problem.ts';
import { nearestName } from './nearest-name.ts';
import type { Part, Path, Source } from './source.ts';
import { showName, showNames } from './wording.ts';
import type { Place } from './yaml-text.ts';

/**
 * A section whose items have names, in the order of the file. `item` is undefined where its faults left nothing
 * usable: they have been told, but the name is defined.
 */
export type Named<T> = ReadonlyMap<string, { readonly index: number; readonly item: T | undefined }>;

/** The problems of one file, placed by path. At most `limits.problems` are kept, errors first; the rest is counted. */
export class Findings {
  errors = 0;
  readonly file: string;
  private readonly source: Source;
  private readonly kept = { error: new Map<string, Problem>(), warning: new Map<string, Problem>() };
  private beyond = 0;

  /** `file`: as the operator named it. */
  constructor(file: string, source: Source) {
    this.file = file;
    this.source = source;
  }

  error(code: ErrorCode, path: Path, message: string | (() => string), part: Part = 'value'): void {
    this.errors++;
    this.keep('error', code, path, message, part);
  }

  warning(code: ErrorCode, path: Path, message: string, part: Part = 'value'): void {
    this.keep('warning', code, path, message, part);
  }

  /** An error in a file that this one names. */
  errorIn(file: string, place: Place, code: ErrorCode, message: () => string): void {
    this.errors++;
    this.keepAt('error', code, file, () => place, message);
  }

  /**
   * The index of `name` in the order of `defined`; undefined, and an error at `path`, when it is not there.
   * `kind` is the noun for messages.
   */
  reference(
    kind: string,
    name: string,
    defined: Named<unknown>,
    path: Path,
    part: Part = 'value',
  ): number | undefined {
    const found = defined.get(name);
    if (found !== undefined) return found.index;
    this.error('CONFIG_REFERENCE', path, () => undefinedName(kind, name, defined), part);
    return undefined;
  }

  /** In the order of the file; `omitted` counts those beyond the bound. */
  problems(): { problems: Problem[]; omitted: number } {
    const all = [...this.kept.error.values(), ...this.kept.warning.values()];
    const problems = all.slice(0, limits.problems).sort((a, b) => this.compare(a, b));
    return { problems, omitted: this.beyond + all.length - problems.length };
  }

  /** Where the value at `path` stands. */
  place(path: Path, part: Part = 'value'): Place {
    return this.source.place(path, part);
  }

  /** A message that is dear to make is a function: it is not called for a problem that is only counted. */
  private keep(
    severity: Problem['severity'],
    code: ErrorCode,
    path: Path,
    message: string | (() => string),
    part: Part,
  ): void {
    this.keepAt(severity, code, this.file, () => this.place(path, part), message);
  }

  private keepAt(
    severity: Problem['severity'],
    code: ErrorCode,
    file: string,
    place: () => Place,
    message: string | (() => string),
  ): void {
    const kept = this.kept[severity];
    if (kept.size >= limits.problems) {
      this.beyond++;
      return;
    }
    const text = typeof message === 'string' ? message : message();
    const problem = { code, severity, file, ...place(), message: text };
    // A value that aliases repeat is faulty once, where it was written.
    kept.set(`${file}:${problem.line}:${problem.column}:${text}`, problem);
  }

  /** This file first, then those that it names. */
  private compare(a: Problem, b: Problem): number {
    if (a.file !== b.file) {
      if (a.file === this.file) return -1;
      return b.file === this.file || a.file > b.file ? 1 : -1;
    }
    return a.line - b.line || a.column - b.column;
  }
}

/** `kind` is the noun for what was looked for among `defined`. */
export function undefinedName(kind: string, name: string, defined: Named<unknown>): string {
  return `${kind} ${showName(name)} is not defined; ${hint(name, defined)}`;
}

function hint(name: string, defined: Named<unknown>): string {
  if (defined.size === 0) return 'none is';
  const near = nearestName(name, defined.keys());
  return near === undefined ? `defined: ${showNames(defined.keys())}` : `did you mean ${showName(near)}?`;
}
