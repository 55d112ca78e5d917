import type { Field } from './rdata-field.ts';
import type { WireWriter } from './wire.ts';
import type { Words } from './words.ts';

/** Hex digits to the end of the data, blanks allowed between them; one byte at least. */
export const hex = (what: string): Field => ({
  read: (words, out) => writeHex(words, what, words.rest(what), out),
  write(wire) {
    if (wire.left === 0) wire.fail();
    return formatHex(wire.rest());
  },
});

/** Base64 (RFC 4648 §4) to the end of the data, blanks allowed between; one byte at least. */
export const base64 = (what: string): Field => ({
  read(words, out) {
    const bytes = parseBase64(words.rest(what));
    if (bytes === undefined || bytes.length === 0) words.fail(`${what} is not base64`);
    else out.put(bytes);
  },
  write(wire) {
    if (wire.left === 0) wire.fail();
    return Buffer.from(wire.rest()).toString('base64');
  },
});

/** Up to 255 bytes of hex behind a length byte, in one word; `-` for none (RFC 5155 §3.3). */
export const salt: Field = {
  read(words, out) {
    const text = words.plain('the salt');
    const lengthAt = out.length;
    out.u8(0);
    if (text !== '-') writeHex(words, 'the salt', text, out);
    const length = out.length - lengthAt - 1;
    if (length > 255) words.fail('the salt is longer than 255 bytes');
    else out.bytes[lengthAt] = length;
  },
  write: (wire) => formatHex(wire.take(wire.u8())) || '-',
};

/** 1 to 255 bytes of base32hex without padding behind a length byte (RFC 5155 §3.3, RFC 4648 §7). */
export const base32hex = (what: string): Field => ({
  read(words, out) {
    const bytes = parseBase32Hex(words.plain(what));
    if (bytes === undefined || bytes.length === 0 || bytes.length > 255) {
      words.fail(`${what} is not 1 to 255 bytes of base32hex`);
    } else {
      out.u8(bytes.length);
      out.put(bytes);
    }
  },
  write(wire) {
    const bytes = wire.take(wire.u8());
    if (bytes.length === 0) wire.fail();
    return formatBase32Hex(bytes);
  },
});

export function formatHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

/** Writes the bytes of hex text, or faults. Empty text is a fault. */
export function writeHex(words: Words, what: string, text: string, out: WireWriter): void {
  if (words.fault !== undefined) return;
  if (!/^[0-9a-fA-F]+$/.test(text)) words.fail(`${what} is not hexadecimal`);
  else if (text.length % 2 === 1) words.fail(`${what} has an odd number of hex digits: ${text.length}`);
  else out.put(Buffer.from(text, 'hex'));
}

/** Undefined when it is not padded base64. */
export function parseBase64(text: string): Uint8Array | undefined {
  const valid = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return valid ? Buffer.from(text, 'base64') : undefined;
}

const base32Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

function parseBase32Hex(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of text.toUpperCase()) {
    const digit = base32Digits.indexOf(char);
    if (digit < 0) return undefined;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >>> bits) & 0xff);
  }
  // What is left over must be less than a digit, and zero: else two texts would mean the same bytes.
  return bits < 5 && (value & ((1 << bits) - 1)) === 0 ? Uint8Array.from(bytes) : undefined;
}

function formatBase32Hex(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += base32Digits[(value >>> (bits - 5)) & 31];
  }
  return bits > 0 ? text + base32Digits[(value << (5 - bits)) & 31] : text;
}
