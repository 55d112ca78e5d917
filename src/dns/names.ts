import { limits } from '../runtime/limits.ts';
import { quote } from './quote.ts';

/**
 * A domain name as uncompressed wire bytes (RFC 1035 §3.1): length-prefixed labels and the root's zero byte.
 * Names of zones and of policies keep the case they were written in; comparisons fold ASCII case (RFC 4343).
 */
export type WireName = Uint8Array;

export type NameResult = { ok: true; name: WireName } | { ok: false; reason: string };

export const rootName: WireName = Uint8Array.of(0);

/**
 * Reads master-file text (RFC 1035 §5.1): `\.` and `\DDD` escapes, `@` for the origin; a name without a final
 * dot gets the origin appended. Never throws.
 */
export function parseName(text: string, origin: WireName = rootName): NameResult {
  if (text === '@') return { ok: true, name: origin };
  if (text === '.') return { ok: true, name: rootName };
  if (text === '') return { ok: false, reason: 'empty name' };
  const bytes: number[] = [];
  let label: number[] = [];
  let absolute = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    absolute = char === '.';
    if (absolute) {
      if (label.length === 0) return { ok: false, reason: `empty label in ${quote(text)}` };
      bytes.push(label.length, ...label);
      label = [];
      continue;
    }
    const byte = char === '\\' ? readEscape(text, i) : char.charCodeAt(0);
    if (byte === undefined) return { ok: false, reason: `bad escape in ${quote(text)}` };
    if (char > '~') return { ok: false, reason: `${quote(text)} is not ASCII; write it in punycode` };
    if (char === '\\') i += /\d/.test(text[i + 1]!) ? 3 : 1;
    label.push(byte);
    if (label.length > limits.labelBytes)
      return { ok: false, reason: `label longer than 63 bytes in ${quote(text)}` };
    if (bytes.length + label.length > limits.nameBytes)
      return { ok: false, reason: 'name longer than 255 bytes' };
  }
  if (label.length > 0) bytes.push(label.length, ...label);
  const tail = absolute ? rootName : origin;
  if (bytes.length + tail.length > limits.nameBytes)
    return { ok: false, reason: 'name longer than 255 bytes' };
  const name = new Uint8Array(bytes.length + tail.length);
  name.set(bytes);
  name.set(tail, bytes.length);
  return { ok: true, name };
}

/** Absolute text with a final dot; bytes that master files cannot hold bare are escaped. */
export function formatName(name: WireName): string {
  if (name[0] === 0) return '.';
  let text = '';
  for (let at = 0; name[at]! > 0; at += name[at]! + 1) {
    for (const byte of name.subarray(at + 1, at + 1 + name[at]!)) text += formatByte(byte);
    text += '.';
  }
  return text;
}

/** ASCII upper case folded to lower (RFC 4343). Length bytes are ≤ 63 and so never letters. */
export function lowerName(name: WireName): WireName {
  return name.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
}

export function sameName(a: WireName, b: WireName): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (fold(a[i]!) !== fold(b[i]!)) return false;
  return true;
}

/** Whether `name` is `ancestor` or lies below it, compared at label boundaries. */
export function isAtOrBelow(name: WireName, ancestor: WireName): boolean {
  let at = 0;
  while (name.length - at > ancestor.length) at += name[at]! + 1;
  return name.length - at === ancestor.length && sameName(name.subarray(at), ancestor);
}

export function isWildcard(name: WireName): boolean {
  return name[0] === 1 && name[1] === 0x2a;
}

/** A key for maps: case folded, one character a byte. */
export function nameKey(name: WireName): string {
  let key = '';
  for (const byte of name) key += String.fromCharCode(fold(byte));
  return key;
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

function readEscape(text: string, at: number): number | undefined {
  const next = text[at + 1];
  if (next === undefined || next > '~') return undefined;
  if (!/\d/.test(next)) return next.charCodeAt(0);
  const digits = text.slice(at + 1, at + 4);
  return /^\d{3}$/.test(digits) && Number(digits) <= 255 ? Number(digits) : undefined;
}

function formatByte(byte: number): string {
  if (byte < 0x21 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
  const char = String.fromCharCode(byte);
  return '."();@$\\'.includes(char) ? `\\${char}` : char;
}
