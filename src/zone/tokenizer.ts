import { WordFlag, type Words } from '../dns/words.ts';

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quoteMark = 0x22;
const open = 0x28;
const close = 0x29;
const semicolon = 0x3b;
const equals = 0x3d;
const backslash = 0x5c;

/** 1 for bytes that end a word or need a look: blanks, control characters, `"` `(` `)` `;` and the backslash. */
const special = new Uint8Array(256).map((_, byte) => (byte <= space || byte === 0x7f ? 1 : 0));
for (const byte of [quoteMark, open, close, semicolon, backslash]) special[byte] = 1;

/**
 * Cuts a master file into entries (RFC 1035 §5.1): one line, or several inside parentheses. The words of an
 * entry go to `words`. After a fault the rest of its line is skipped, and the next entry starts on the line
 * after it.
 */
export class Tokenizer {
  /** Whether the entry starts with a blank: its owner is that of the record before. */
  startsBlank = false;
  /** The line, from 1, and the offset where the entry starts. */
  entryLine = 1;
  entryAt = 0;
  private readonly bytes: Uint8Array;
  private readonly words: Words;
  private at = 0;
  private line = 1;
  /** Offset of the parenthesis that is open, or -1. */
  private opened = -1;

  constructor(words: Words, at = 0) {
    this.bytes = words.file;
    this.words = words;
    this.at = at;
  }

  /** Goes to the next entry that has words or a fault; false at the end of the file. */
  next(): boolean {
    const { bytes, words } = this;
    this.startEntry();
    while (this.at < bytes.length) {
      const byte = bytes[this.at]!;
      if (byte === space || byte === tab) this.at++;
      else if (byte === lineFeed) {
        this.endLine();
        if (this.opened >= 0) continue;
        if (words.count > 0) return true;
        this.startEntry();
      } else if (byte === semicolon) this.skipToLineEnd();
      else if (byte === quoteMark) this.quoted();
      else if (byte === open || byte === close) this.parenthesis(byte);
      else if (byte === carriageReturn) this.carriageReturns();
      else this.word();
      if (words.fault !== undefined) return this.recover();
    }
    if (this.opened >= 0) words.failAt('"(" without ")" before the end of the file', this.opened);
    this.opened = -1;
    return words.count > 0 || words.fault !== undefined;
  }

  /** The place of an offset inside the current entry; columns count characters of UTF-8. */
  place(offset: number): { line: number; column: number } {
    let line = this.entryLine;
    let column = 1;
    for (let at = this.entryAt; at < offset; at++) {
      const byte = this.bytes[at]!;
      if (byte === lineFeed) {
        line++;
        column = 1;
      } else if ((byte & 0xc0) !== 0x80) column++;
    }
    return { line, column };
  }

  private startEntry(): void {
    this.words.clear();
    this.entryAt = this.at;
    this.entryLine = this.line;
    const first = this.bytes[this.at];
    this.startsBlank = first === space || first === tab;
  }

  private endLine(): void {
    this.at++;
    this.line++;
  }

  private recover(): true {
    this.opened = -1;
    this.skipToLineEnd();
    if (this.at < this.bytes.length) this.endLine();
    return true;
  }

  private skipToLineEnd(): void {
    const end = this.bytes.indexOf(lineFeed, this.at);
    this.at = end < 0 ? this.bytes.length : end;
  }

  /** Carriage returns are blanks before the end of a line, and nowhere else. */
  private carriageReturns(): void {
    const start = this.at;
    while (this.bytes[this.at] === carriageReturn) this.at++;
    if (this.at === this.bytes.length || this.bytes[this.at] === lineFeed) return;
    this.at = start;
    this.refuseControl(carriageReturn);
  }

  private parenthesis(byte: number): void {
    const { words, at } = this;
    if (byte === open) {
      if (this.opened < 0) this.opened = at;
      else words.failAt(`"(" inside the parentheses opened on line ${this.place(this.opened).line}`, at);
    } else {
      if (this.opened < 0) words.failAt('")" without "("', at);
      this.opened = -1;
    }
    this.at++;
  }

  private quoted(): void {
    const start = ++this.at;
    const flags = this.quotedEnd(WordFlag.QUOTED);
    if (flags >= 0) this.add(start, this.at++, flags);
  }

  /** Goes from behind a quote to the quote that closes it; returns `flags` with what was met, or -1. */
  private quotedEnd(flags: number): number {
    const { bytes, words } = this;
    const start = this.at;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!;
      if (special[byte] === 0) continue;
      if (byte === quoteMark) return flags;
      if (byte === backslash) {
        flags |= WordFlag.ESCAPED;
        if (!this.skipEscape()) return -1;
      } else if (isControl(byte)) {
        this.refuseControl(byte);
        return -1;
      } else if (byte === lineFeed || byte === carriageReturn) break;
    }
    words.failAt('a quote without its end on the same line', start - 1);
    return -1;
  }

  private word(): void {
    const { bytes, words } = this;
    const start = this.at;
    let flags = 0;
    while (this.at < bytes.length) {
      const byte = bytes[this.at]!;
      if (byte === backslash) {
        flags |= WordFlag.ESCAPED;
        if (!this.skipEscape()) return;
      } else if (byte === quoteMark) {
        if (bytes[this.at - 1] === equals) flags = this.innerQuote(flags);
        else words.failAt('a quote inside a word; write \\" for it', this.at);
        break;
      } else if (isControl(byte)) {
        this.refuseControl(byte);
        return;
      } else if (special[byte] === 1) break;
      this.at++;
    }
    if (words.fault === undefined) this.add(start, this.at, flags);
  }

  /** The quoted value of `key="value"`, which ends the word. */
  private innerQuote(flags: number): number {
    this.at++;
    const met = this.quotedEnd(flags | WordFlag.INNER_QUOTE);
    this.at++;
    return met;
  }

  /** From a backslash to the byte it escapes, which must be on the line. */
  private skipEscape(): boolean {
    const next = this.bytes[this.at + 1] ?? lineFeed;
    if (next === lineFeed || next === carriageReturn) this.words.failAt('a backslash ends the line', this.at);
    else if (isControl(next)) this.refuseControl(next);
    else this.at++;
    return this.words.fault === undefined;
  }

  private refuseControl(byte: number): void {
    const code = String(byte).padStart(3, '0');
    this.words.failAt(`control character ${code}; write \\${code} for it`, this.at);
  }

  private add(start: number, end: number, flags: number): void {
    if (this.words.add(start, end, flags)) return;
    const what = this.opened < 0 ? 'an entry' : 'an entry, or a "(" that is not closed,';
    this.words.failAt(`${what} has more words than an entry may have`, this.opened < 0 ? start : this.opened);
  }
}

/** Control characters that no entry may hold bare. Those of line ends are looked at where they stand. */
function isControl(byte: number): boolean {
  return byte === 0x7f || (byte < space && byte !== tab && byte !== lineFeed && byte !== carriageReturn);
}
