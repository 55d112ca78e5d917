import { limits } from '../runtime/limits.ts';
import { rootName, type WireName } from './names.ts';
import { quote } from './quote.ts';
import { parseTtl } from './ttl.ts';

/** How a word was written. */
export const WordFlag = {
  /** In quotes, which are not part of the word. */
  QUOTED: 1,
  /** With a backslash in it. */
  ESCAPED: 2,
  /** `key="value"`: quotes inside the word, part of it (RFC 9460 Appendix A). */
  INNER_QUOTE: 4,
} as const;

/**
 * The words of one master file entry and a cursor over them. Positions are byte offsets into the file, so that
 * a word costs three numbers and no string.
 *
 * The first fault stays (`fault`); readers return a neutral value after one, and callers look at the end.
 */
export class Words {
  readonly file: Buffer;
  /** Appended to names without a final dot. */
  origin: WireName = rootName;
  fault: { readonly message: string; readonly offset: number } | undefined;
  count = 0;
  /** The word that is read next. */
  next = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly flags: number[] = [];

  constructor(file: Uint8Array) {
    this.file = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  }

  clear(): void {
    this.count = 0;
    this.next = 0;
    this.fault = undefined;
  }

  /** Adds the bytes `[start, end)`; false when the entry has as many words as it may. */
  add(start: number, end: number, flags: number): boolean {
    if (this.count === limits.zoneEntryWords) return false;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.flags[this.count++] = flags;
    return true;
  }

  get atEnd(): boolean {
    return this.next >= this.count;
  }

  start(word: number): number {
    return this.starts[word]!;
  }

  end(word: number): number {
    return this.ends[word]!;
  }

  /** Whether the word has all of these `WordFlag` bits. */
  is(word: number, flags: number): boolean {
    return (this.flags[word]! & flags) === flags;
  }

  /** The word as it stands in the file, one character a byte. */
  raw(word: number): string {
    return this.file.toString('latin1', this.starts[word], this.ends[word]);
  }

  /** The word for a message. */
  shown(word: number): string {
    const start = this.starts[word]!;
    return quote(this.file.toString('utf8', start, Math.min(this.ends[word]!, start + 400)));
  }

  /** Keeps the first fault; `word` is where it is, by default the word read last. */
  fail(message: string, word: number = this.next - 1): void {
    const known = word >= 0 && word < this.count;
    const quoteMark = known && this.is(word, WordFlag.QUOTED) ? 1 : 0;
    this.failAt(message, known ? this.starts[word]! - quoteMark : 0);
  }

  failAt(message: string, offset: number): void {
    this.fault ??= { message, offset };
  }

  /** Takes the next word, whatever its form; -1 with a fault when there is none. */
  take(what: string): number {
    if (this.next < this.count) return this.next++;
    this.failAt(
      `the record ends where ${what} should stand`,
      this.count > 0 ? this.ends[this.count - 1]! : 0,
    );
    return -1;
  }

  /** Takes a word without quotes; -1 with a fault when there is none. */
  takePlain(what: string): number {
    const word = this.take(what);
    if (word < 0 || (this.flags[word]! & (WordFlag.QUOTED | WordFlag.INNER_QUOTE)) === 0) return word;
    this.fail(`${what} must stand without quotes`);
    return -1;
  }

  /** A plain word's text, escapes left as they are; empty after a fault. */
  plain(what: string): string {
    const word = this.takePlain(what);
    return word < 0 ? '' : this.raw(word);
  }

  /** The plain words that are left, joined: data that may be broken with blanks anywhere. */
  rest(what: string): string {
    let text = this.plain(what);
    while (!this.atEnd && this.fault === undefined) text += this.plain(what);
    return text;
  }

  /** A decimal number from 0 to `most`; 0 after a fault. */
  number(what: string, most: number): number {
    const word = this.takePlain(what);
    if (word < 0) return 0;
    let value = 0;
    for (let at = this.starts[word]!; at < this.ends[word]! && value <= most; at++) {
      const digit = this.file[at]! - 0x30;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.POSITIVE_INFINITY;
    }
    if (value <= most) return value;
    this.fail(`${what} ${this.shown(word)} is not a number from 0 to ${most}`);
    return 0;
  }

  /** Seconds, as a number or with units (`1h30m`); 0 after a fault. */
  ttl(what: string): number {
    const word = this.takePlain(what);
    if (word < 0) return 0;
    const seconds = parseTtl(this.file, this.starts[word]!, this.ends[word]!);
    if (seconds >= 0) return seconds;
    this.fail(`${what} ${this.shown(word)} is not a time from 0 to 2147483647 seconds, such as 300 or 1h30m`);
    return 0;
  }
}
