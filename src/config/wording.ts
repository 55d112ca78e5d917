/** How values and names look in messages: short, on one line, without characters that move a terminal. */

const longest = 60;

/** A value as it was found. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? printable(JSON.stringify(shorten(value))) : String(value);
}

/** A key or a name, in backticks. */
export function showName(name: string): string {
  return `\`${printable(shorten(name))}\``;
}

/** A path in backticks, whole: it is to be found or copied. */
export function showPath(path: string): string {
  return `\`${printable(path)}\``;
}

/** `a, b, c, …` */
export function showNames(names: Iterable<string>): string {
  const shown: string[] = [];
  for (const name of names) {
    if (shown.length === 16) return `${shown.join(', ')}, …`;
    shown.push(printable(shorten(name)));
  }
  return shown.join(', ');
}

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}
