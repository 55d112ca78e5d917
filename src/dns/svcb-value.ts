import { formatAddress, parseAddress } from '../ip/address.ts';
import { parseBase64 } from './rdata-encoding.ts';
import { WireReader, WireWriter } from './wire.ts';

/** How one service parameter's value is written and what it is on the wire (RFC 9460 §7 and others). */
interface ServiceValue {
  readonly key: string;
  /** What a right value looks like; undefined for keys that have no value. */
  readonly wanted: string | undefined;
  /** From text (escapes resolved) to wire bytes; undefined when it cannot be. */
  parse(text: Buffer): Uint8Array | undefined;
  /** From wire bytes to text; undefined when the bytes cannot be. */
  format(value: Uint8Array): Uint8Array | undefined;
}

/** In the order of their numbers. */
const serviceValues: readonly ServiceValue[] = [
  { key: 'mandatory', wanted: 'keys such as alpn,port', parse: parseKeys, format: formatKeys },
  { key: 'alpn', wanted: 'protocols such as h3,h2', parse: parseProtocols, format: formatProtocols },
  flag('no-default-alpn'),
  { key: 'port', wanted: 'a number from 0 to 65535', parse: parsePort, format: formatPort },
  addresses('ipv4hint', 4, 'IPv4 addresses such as 192.0.2.1,192.0.2.2'),
  {
    key: 'ech',
    wanted: 'base64',
    parse: (text) => filled(parseBase64(text.toString('latin1'))),
    format: formatEch,
  },
  addresses('ipv6hint', 6, 'IPv6 addresses such as 2001:db8::1,2001:db8::2'),
  // RFC 9461 §5: a URI template in UTF-8.
  { key: 'dohpath', wanted: 'a path such as /dns-query{?dns}', parse: filled, format: filled },
  // RFC 9540 §4
  flag('ohttp'),
];

/** The key's number; undefined when the text is no key, or is the reserved key65535 (RFC 9460 §14.3.2). */
export function parseServiceKey(text: string): number | undefined {
  const known = serviceValues.findIndex((row) => row.key === text);
  if (known >= 0) return known;
  const match = /^key(0|[1-9]\d{0,4})$/.exec(text);
  return match && Number(match[1]) < 0xffff ? Number(match[1]) : undefined;
}

export function formatServiceKey(key: number): string {
  return serviceValues[key]?.key ?? `key${key}`;
}

/** The wire bytes of a value, or what is wrong with it. `keyText` decides between named and opaque form. */
export function readServiceValue(keyText: string, text: Uint8Array): Uint8Array | string {
  const number = parseServiceKey(keyText)!;
  const row = serviceValues[number];
  const opaque = row === undefined || row.key !== keyText;
  const value = opaque ? text : row.parse(Buffer.from(text));
  if (value !== undefined && isServiceValue(number, value)) return value;
  if (row?.wanted === undefined) return `${keyText} takes no value`;
  return opaque ? `${keyText} does not hold the wire form of ${row.key}` : `${keyText} wants ${row.wanted}`;
}

/** Whether wire bytes are a value that the key can have. Keys without a rule may have any. */
function isServiceValue(key: number, value: Uint8Array): boolean {
  return key < 0xffff && formatServiceValue(key, value) !== undefined;
}

/** Text of a value before escaping; undefined when the key cannot have it. */
export function formatServiceValue(key: number, value: Uint8Array): Uint8Array | undefined {
  const row = serviceValues[key];
  return row === undefined ? value : row.format(value);
}

function flag(key: string): ServiceValue {
  const empty = (bytes: Uint8Array) => (bytes.length === 0 ? bytes : undefined);
  return { key, wanted: undefined, parse: empty, format: empty };
}

function filled(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.length ? bytes : undefined;
}

/** RFC 9460 §8: ascending, none twice, not `mandatory` itself. */
function parseKeys(text: Buffer): Uint8Array | undefined {
  const keys = text.toString('latin1').toLowerCase().split(',').map(parseServiceKey);
  const out = new WireWriter(2 * keys.length);
  for (const key of keys.sort((a, b) => (a ?? 0) - (b ?? 0))) out.u16(key ?? 0);
  return out.bytes;
}

function formatKeys(value: Uint8Array): Uint8Array | undefined {
  const wire = new WireReader(value);
  const keys: string[] = [];
  for (let last = 0; wire.left > 0; ) {
    const key = wire.u16();
    if (key <= last || key === 0xffff) wire.fail();
    last = key;
    keys.push(formatServiceKey(key));
  }
  return wire.failed || keys.length === 0 ? undefined : Buffer.from(keys.join(','));
}

/** A list with `,` between and `\,` `\\` inside items, over the escapes of strings (RFC 9460 Appendix A.1). */
function parseProtocols(text: Buffer): Uint8Array | undefined {
  const out = new WireWriter(text.length + 1);
  let lengthAt = out.length;
  out.u8(0);
  for (let at = 0; at < text.length; at++) {
    let byte = text[at]!;
    if (byte === 0x2c) {
      lengthAt = out.length;
      out.u8(0);
      continue;
    }
    if (byte === 0x5c) {
      byte = text[++at] ?? 0;
      if (byte !== 0x2c && byte !== 0x5c) return undefined;
    }
    out.u8(byte);
    if (out.length - lengthAt > 256) return undefined;
    out.bytes[lengthAt] = out.length - lengthAt - 1;
  }
  return out.bytes.slice(0, out.length);
}

function formatProtocols(value: Uint8Array): Uint8Array | undefined {
  const wire = new WireReader(value);
  const bytes: number[] = [];
  do {
    const protocol = wire.take(wire.u8());
    if (protocol.length === 0) wire.fail();
    if (bytes.length > 0) bytes.push(0x2c);
    for (const byte of protocol) bytes.push(...(byte === 0x2c || byte === 0x5c ? [0x5c, byte] : [byte]));
  } while (wire.left > 0);
  return wire.failed ? undefined : Uint8Array.from(bytes);
}

function parsePort(text: Buffer): Uint8Array | undefined {
  const number = /^\d{1,5}$/.test(text.toString('latin1')) ? Number(text.toString('latin1')) : 0x10000;
  return number <= 0xffff ? Uint8Array.of(number >>> 8, number & 0xff) : undefined;
}

function formatPort(value: Uint8Array): Uint8Array | undefined {
  return value.length === 2 ? Buffer.from(String(value[0]! * 256 + value[1]!)) : undefined;
}

function formatEch(value: Uint8Array): Uint8Array | undefined {
  return filled(Buffer.from(Buffer.from(value).toString('base64')));
}

function addresses(key: string, family: 4 | 6, wanted: string): ServiceValue {
  const size = family === 4 ? 4 : 16;
  return {
    key,
    wanted,
    parse(text) {
      const parsed = text.toString('latin1').split(',').map(parseAddress);
      const fit = parsed.filter((address) => address?.family === family);
      return fit.length === parsed.length ? Buffer.concat(fit.map((address) => address!.bytes)) : undefined;
    },
    format(value) {
      if (value.length === 0 || value.length % size !== 0) return undefined;
      const texts: string[] = [];
      for (let at = 0; at < value.length; at += size) {
        texts.push(formatAddress({ family, bytes: value.subarray(at, at + size) }));
      }
      return Buffer.from(texts.join(','));
    },
  };
}
