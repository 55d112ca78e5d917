import { typeName, typeNumber } from './constants.ts';
import { quote } from './quote.ts';
import { formatHex, writeHex } from './rdata-encoding.ts';
import type { Field } from './rdata-field.ts';

/** IANA "DNS Security Algorithm Numbers": the mnemonics zone files use. */
const algorithms = new Map([
  ['RSAMD5', 1],
  ['DH', 2],
  ['DSA', 3],
  ['RSASHA1', 5],
  ['DSA-NSEC3-SHA1', 6],
  ['RSASHA1-NSEC3-SHA1', 7],
  ['RSASHA256', 8],
  ['RSASHA512', 10],
  ['ECC-GOST', 12],
  ['ECDSAP256SHA256', 13],
  ['ECDSAP384SHA384', 14],
  ['ED25519', 15],
  ['ED448', 16],
  ['INDIRECT', 252],
  ['PRIVATEDNS', 253],
  ['PRIVATEOID', 254],
]);

/** A number or a mnemonic (RFC 4034 §2.2); written as a number. */
export const algorithm: Field = {
  read(words, out) {
    const word = words.next;
    const known = word < words.count ? algorithms.get(words.raw(word).toUpperCase()) : undefined;
    if (known === undefined) return out.u8(words.number('the algorithm', 0xff));
    words.plain('the algorithm');
    out.u8(known);
  },
  write: (wire) => String(wire.u8()),
};

/** Digest type and digest; digests of known types have a fixed length (RFC 4034 §5.1.4, 4509, 6605). */
export const digest: Field = {
  read(words, out) {
    const type = words.number('the digest type', 0xff);
    out.u8(type);
    const before = out.length;
    writeHex(words, 'the digest', words.rest('the digest'), out);
    const wanted = digestBytes.get(type);
    if (wanted !== undefined && out.length - before !== wanted) {
      words.fail(`the digest has ${out.length - before} bytes; type ${type} has ${wanted}`);
    }
  },
  write(wire) {
    const type = wire.u8();
    const wanted = digestBytes.get(type);
    if (wire.left === 0 || (wanted !== undefined && wanted !== wire.left)) wire.fail();
    return `${type} ${formatHex(wire.rest())}`;
  },
};

const digestBytes = new Map([
  [1, 20],
  [2, 32],
  [4, 48],
]);

/** `YYYYMMDDHHmmSS` in UTC, or seconds since 1970 (RFC 4034 §3.2). */
export const signatureTime = (what: string): Field => ({
  read(words, out) {
    const text = words.next < words.count ? words.raw(words.next) : '';
    if (text.length !== 14) return out.u32(words.number(what, 0xffffffff));
    const seconds = parseTime(words.plain(what));
    if (seconds === undefined) words.fail(`${what} ${quote(text)} is not a time such as 20260131235959`);
    else out.u32(seconds);
  },
  write: (wire) => formatTime(wire.u32()),
});

function parseTime(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // Date.UTC carries the 31st of February over; written back, it is another text.
  const same = formatTime(seconds) === text;
  return same && seconds >= 0 && seconds <= 0xffffffff ? seconds : undefined;
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$|\D/g, '');
}

export const coveredType: Field = {
  read(words, out) {
    const text = words.plain('the covered type');
    const type = typeNumber(text);
    if (type === undefined) words.fail(`${quote(text)} is not a record type`);
    else out.u16(type);
  },
  write: (wire) => typeName(wire.u16()),
};

/** The types at a name (RFC 4034 §4.1.2), to the end; may be empty. */
export const typeBitmap: Field = {
  read(words, out) {
    const map = new Uint8Array(0x2000);
    while (!words.atEnd && words.fault === undefined) {
      const text = words.plain('a type of the bitmap');
      const type = typeNumber(text);
      if (type === undefined) words.fail(`${quote(text)} is not a record type`);
      else map[type >>> 3]! |= 0x80 >>> (type & 7);
    }
    for (let window = 0; window < 256; window++) {
      const bits = map.subarray(window * 32, window * 32 + 32);
      const length = bits.findLastIndex((byte) => byte !== 0) + 1;
      if (length === 0) continue;
      out.u8(window);
      out.u8(length);
      out.put(bits.subarray(0, length));
    }
  },
  write(wire) {
    const names: string[] = [];
    for (let last = -1; wire.left > 0; ) {
      const window = wire.u8();
      const bits = wire.take(wire.u8());
      // Windows ascend, have 1 to 32 bytes and no trailing zero.
      if (window <= last || bits.length > 32 || !bits.at(-1)) wire.fail();
      last = window;
      for (let low = 0; low < bits.length * 8; low++) {
        if (bits[low >>> 3]! & (0x80 >>> (low & 7))) names.push(typeName(window * 256 + low));
      }
    }
    return names.join(' ');
  },
};
