import type { ErrorCode } from '../../runtime/errors.ts';
import type { Findings } from '../findings.ts';
import { showNames } from '../wording.ts';
import type { NamedText } from './named-text.ts';

/** One row of a table; fields stand in the order of `CsvShape`, '' where an optional column is left out. */
export interface CsvRow {
  readonly fields: readonly string[];
  /** Tells a fault of one field. */
  readonly fault: (column: number, code: ErrorCode, message: () => string) => void;
}

export interface CsvShape {
  readonly columns: readonly string[];
  /** May stand after the others in the header. */
  readonly optional: readonly string[];
  readonly maxRows: number;
}

/**
 * Gives each row of a text with a header to `take`. Blank lines and lines that begin with `#` are passed by; fields have
 * no quotes. Every faulty row is told, and not given.
 */
export function readCsv(
  { file, text }: NamedText,
  shape: CsvShape,
  findings: Findings,
  take: (row: CsvRow) => void,
): void {
  let width = 0;
  let rows = 0;
  for (const { content, line } of lines(text)) {
    const fault: Fault = (column, code, message) => findings.errorIn(file, { line, column }, code, message);
    if (width === 0) {
      width = readHeader(content, shape, fault);
      if (width === 0) return;
    } else if (++rows > shape.maxRows) {
      fault(1, 'CONFIG_VALUE', () => `more than ${shape.maxRows} rows`);
      return;
    } else readRow(content, width, fault, take);
  }
  if (width > 0) return;
  findings.errorIn(
    file,
    { line: 1, column: 1 },
    'CONFIG_MISSING',
    () => `the header is missing; ${wanted(shape)}`,
  );
}

type Fault = (column: number, code: ErrorCode, message: () => string) => void;

function* lines(text: string): Generator<{ content: string; line: number }> {
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const content = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
    start = end < 0 ? text.length : end + 1;
    line++;
    if (content.trim() !== '' && !content.startsWith('#')) yield { content, line };
  }
}

/** How many columns the table has; 0 after an error. */
function readHeader(content: string, shape: CsvShape, fault: Fault): number {
  const names = content.split(',').map((name) => name.trim());
  const all = [...shape.columns, ...shape.optional];
  const fits = names.length >= shape.columns.length && names.every((name, i) => name === all[i]);
  if (fits) return names.length;
  fault(1, 'CONFIG_VALUE', () => `the header has ${showNames(names)}; ${wanted(shape)}`);
  return 0;
}

function wanted({ columns, optional }: CsvShape): string {
  return `wanted ${columns.join(',')}${optional.map((name) => `[,${name}]`).join('')}`;
}

function readRow(content: string, width: number, fault: Fault, take: (row: CsvRow) => void): void {
  const quote = content.indexOf('"');
  if (quote >= 0) {
    fault(quote + 1, 'CONFIG_SYNTAX', () => 'a quote; fields are written without quotes');
    return;
  }
  const parts = content.split(',');
  if (parts.length !== width) {
    fault(1, 'CONFIG_SYNTAX', () => `${parts.length} fields; wanted ${width}, as in the header`);
    return;
  }
  take({
    fields: parts.map((part) => part.trim()),
    fault: (column, code, message) => fault(columnOf(parts, column), code, message),
  });
}

/** Where the text of a field begins, 1-based. */
function columnOf(parts: readonly string[], index: number): number {
  const before = parts.slice(0, index).reduce((sum, part) => sum + part.length + 1, 0);
  return before + parts[index]!.search(/\S|$/) + 1;
}
