import { found, isHtml, missing, type NumberRead, readSample } from './value.ts';

/** Which line of a page is meant: its metric and labels that it must have; others are free. */
export interface Selector {
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** The value of the one series on a page in Prometheus' text form that the selector means. Never throws. */
export function readPageValue(page: string, selector: Selector): NumberRead {
  const values = readPageValues(page, selector);
  if (!Array.isArray(values)) return values;
  if (values.length > 1)
    return missing(`${values.length} series match ${formatSelector(selector)}; labels must tell one`);
  return readSample(values[0]!);
}

/** The sum of all series that the selector means; none when one of them is no number. Never throws. */
export function readPageSum(page: string, selector: Selector): NumberRead {
  const values = readPageValues(page, selector);
  if (!Array.isArray(values)) return values;
  let sum = 0;
  for (const text of values) {
    const read = readSample(text);
    if (!read.ok) return read;
    sum += read.value;
  }
  return Number.isFinite(sum) ? found(sum) : missing('the sum is too large for a number');
}

/** The values of all series that the selector means, at least one, as they stand on the page. */
function readPageValues(page: string, selector: Selector): string[] | NumberRead {
  if (isHtml(page)) return missing('the page is HTML, not metrics');
  const values: string[] = [];
  for (let at = 0, number = 1; at < page.length; number++) {
    const newline = page.indexOf('\n', at);
    const end = newline < 0 ? page.length : newline;
    if (page.startsWith(selector.metric, at)) {
      const series = readSeries(page.slice(at, end));
      if (series === undefined) {
        if (isNameEnd(page[at + selector.metric.length])) return missing(`line ${number} is not a metric`);
      } else if (matchesSelector(series, selector)) values.push(series.value);
    }
    at = end + 1;
  }
  return values.length > 0 ? values : missing(`the page has no ${formatSelector(selector)}`);
}

/** Reads `name` or `name{label="value",…}`; undefined when it is neither. */
export function parseSelector(text: string): Selector | undefined {
  const head = readHead(text.trim());
  return head === undefined || head.rest !== '' ? undefined : { metric: head.metric, labels: head.labels };
}

export function formatSelector({ metric, labels }: Selector): string {
  const pairs = [...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`;
}

interface Series extends Selector {
  readonly value: string;
}

/** `name{labels} value`, perhaps with a time behind it. */
function readSeries(line: string): Series | undefined {
  const head = readHead(line);
  if (head === undefined) return undefined;
  const words = head.rest.trim().split(/[ \t]+/, 3);
  const isSample = words.length === 1 || (words.length === 2 && /^-?\d{1,20}(?:\.\d{1,9})?$/.test(words[1]!));
  if (!isSample || words[0] === '' || !/^[ \t]/.test(head.rest)) return undefined;
  return { metric: head.metric, labels: head.labels, value: words[0]! };
}

function matchesSelector(series: Selector, wanted: Selector): boolean {
  if (series.metric !== wanted.metric) return false;
  for (const [name, value] of wanted.labels) if (series.labels.get(name) !== value) return false;
  return true;
}

function isNameEnd(char: string | undefined): boolean {
  return char === undefined || !/[A-Za-z0-9_:]/.test(char);
}

/** The metric and labels at the start of a line, and what follows; undefined when they are malformed. */
function readHead(line: string): (Selector & { readonly rest: string }) | undefined {
  const metric = /^[A-Za-z_:][A-Za-z0-9_:]*/.exec(line)?.[0];
  if (metric === undefined) return undefined;
  const labels = new Map<string, string>();
  let at = skipBlanks(line, metric.length);
  if (line[at] !== '{') return { metric, labels, rest: line.slice(metric.length) };
  for (at = skipBlanks(line, at + 1); line[at] !== '}'; ) {
    const label = readLabel(line, at);
    if (label === undefined) return undefined;
    labels.set(label.name, label.value);
    at = skipBlanks(line, label.end);
    if (line[at] === ',') at = skipBlanks(line, at + 1);
    else if (line[at] !== '}') return undefined;
  }
  return { metric, labels, rest: line.slice(at + 1) };
}

function readLabel(line: string, from: number): { name: string; value: string; end: number } | undefined {
  const pattern = /([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*"/y;
  pattern.lastIndex = from;
  const match = pattern.exec(line);
  if (match === null) return undefined;
  let value = '';
  for (let at = pattern.lastIndex; at < line.length; at++) {
    const char = line[at]!;
    if (char === '"') return { name: match[1]!, value, end: at + 1 };
    if (char === '\\') {
      at++;
      value += line[at] === 'n' ? '\n' : (line[at] ?? '');
    } else value += char;
  }
  return undefined;
}

function skipBlanks(line: string, at: number): number {
  while (line[at] === ' ' || line[at] === '\t') at++;
  return at;
}
