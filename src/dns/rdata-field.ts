import { formatAddress, parseAddress } from '../ip/address.ts';
import { formatString } from './string-text.ts';
import type { WireReader, WireWriter } from './wire.ts';
import type { Words } from './words.ts';
import { readName } from './words-name.ts';
import { readBytes, readCharacterString } from './words-string.ts';

/**
 * One part of a type's record data, both ways. `read` takes words and writes wire bytes; faults go to
 * `words`. `write` takes wire bytes and returns text, '' for a part that is not there; faults go to `wire`.
 * What `write` accepts, `read` turns into the same bytes again.
 */
export interface Field {
  read(words: Words, out: WireWriter): void;
  write(wire: WireReader): string;
}

export const u8 = (what: string): Field => ({
  read: (words, out) => out.u8(words.number(what, 0xff)),
  write: (wire) => String(wire.u8()),
});

export const u16 = (what: string): Field => ({
  read: (words, out) => out.u16(words.number(what, 0xffff)),
  write: (wire) => String(wire.u16()),
});

export const u32 = (what: string): Field => ({
  read: (words, out) => out.u32(words.number(what, 0xffffffff)),
  write: (wire) => String(wire.u32()),
});

/** A time in seconds; units may be used. Values above 31 bits have no text of their own. */
export const seconds = (what: string): Field => ({
  read: (words, out) => out.u32(words.ttl(what)),
  write(wire) {
    const value = wire.u32();
    if (value > 0x7fffffff) wire.fail();
    return String(value);
  },
});

export const name = (what: string): Field => ({
  read: (words, out) => readName(words, what, out),
  write: (wire) => wire.name(),
});

export const characterString = (what: string): Field => ({
  read: (words, out) => readCharacterString(words, what, out),
  write: (wire) => formatString(wire.take(wire.u8())),
});

/** One or more character strings, to the end. */
export const characterStrings = (what: string): Field => ({
  read(words, out) {
    do readCharacterString(words, what, out);
    while (!words.atEnd && words.fault === undefined && !out.full);
  },
  write(wire) {
    const strings: string[] = [];
    do strings.push(formatString(wire.take(wire.u8())));
    while (wire.left > 0);
    return strings.join(' ');
  },
});

/** One string without a length byte, to the end of the data; `least` bytes at least. */
export const longString = (what: string, least: number): Field => ({
  read(words, out) {
    const length = readBytes(words, what, out.bytes.length, out);
    if (length < least) words.fail(`${what} is empty`);
  },
  write(wire) {
    if (wire.left < least) wire.fail();
    return formatString(wire.rest());
  },
});

export const ipv4 = address(4, 'IPv4 address', '192.0.2.1');
export const ipv6 = address(6, 'IPv6 address', '2001:db8::1');

function address(family: 4 | 6, what: string, example: string): Field {
  return {
    read(words, out) {
      const word = words.takePlain(`the ${what}`);
      if (word < 0) return;
      const parsed = parseAddress(words.raw(word));
      if (parsed?.family === family) out.put(parsed.bytes);
      else words.fail(`${words.shown(word)} is not an ${what} such as ${example}`);
    },
    write: (wire) => {
      const bytes = wire.take(family === 4 ? 4 : 16);
      return wire.failed ? '' : formatAddress({ family, bytes });
    },
  };
}
