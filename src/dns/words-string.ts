import type { WireWriter } from './wire.ts';
import { WordFlag, type Words } from './words.ts';

const backslash = 0x5c;
const zero = 0x30;

/**
 * Takes a word, quoted or not, and writes its bytes with `\X` and `\DDD` resolved (RFC 1035 §5.1), at most
 * `most` of them. Returns how many; 0 after a fault.
 */
export function readBytes(words: Words, what: string, most: number, out: WireWriter): number {
  const word = words.take(what);
  if (word < 0) return 0;
  if (words.is(word, WordFlag.INNER_QUOTE)) {
    words.fail(`${what} ${words.shown(word)} has a quote inside; write \\" for it`);
    return 0;
  }
  return copyBytes(words, what, words.start(word), words.end(word), most, out);
}

/** The same for the bytes `[start, end)` of the file. */
export function copyBytes(
  words: Words,
  what: string,
  start: number,
  end: number,
  most: number,
  out: WireWriter,
): number {
  const before = out.length;
  for (let at = start; at < end; at++) {
    let byte = words.file[at]!;
    if (byte === backslash) {
      byte = readEscape(words.file, at, end);
      if (byte < 0) {
        words.failAt(`${what} has a bad escape; write \\DDD with DDD from 000 to 255`, at);
        return 0;
      }
      at += isDigit(words.file[at + 1]!) ? 3 : 1;
    }
    if (out.length - before === most) {
      words.fail(`${what} is longer than ${most} bytes`);
      return 0;
    }
    out.u8(byte);
    if (out.full) return 0;
  }
  return out.length - before;
}

/** Takes a character string (RFC 1035 §3.3) and writes its length and bytes. */
export function readCharacterString(words: Words, what: string, out: WireWriter): void {
  const lengthAt = out.length;
  out.u8(0);
  const length = readBytes(words, what, 255, out);
  if (!out.full) out.bytes[lengthAt] = length;
}

/** The byte that the backslash at `at` stands for; -1 when the escape is not complete. */
function readEscape(file: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1;
  if (!isDigit(file[at + 1]!)) return file[at + 1]!;
  if (at + 3 >= end || !isDigit(file[at + 2]!) || !isDigit(file[at + 3]!)) return -1;
  const value = (file[at + 1]! - zero) * 100 + (file[at + 2]! - zero) * 10 + file[at + 3]! - zero;
  return value <= 255 ? value : -1;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}
