import { embeddedBits, embeddedIpv4 } from './embedded.ts';

/**
 * Addresses that say nothing about where a client is (IANA special-purpose registries, RFC 6890): a client
 * subnet from here is no reason to prefer any region.
 */

/** Per first byte: 1 when some block in it is reserved, so that the common address costs one load. */
const suspects = new Uint8Array(256);
for (const first of [0, 10, 100, 127, 169, 172, 192, 198, 203]) suspects[first] = 1;
suspects.fill(1, 224);

/** Length of the reserved IPv4 block that holds the address; 0 when it is an ordinary one. */
export function reservedPrefix4(address: number): number {
  const first = address >>> 24;
  if (suspects[first] === 0) return 0;
  if (first === 0 || first === 10 || first === 127) return 8;
  if (first >= 224) return 4;
  const two = address >>> 16;
  if (two >>> 6 === ((100 << 8) | 64) >>> 6) return 10;
  if (two === ((169 << 8) | 254)) return 16;
  if (two >>> 4 === ((172 << 8) | 16) >>> 4) return 12;
  if (two === ((192 << 8) | 168)) return 16;
  if (two >>> 1 === ((198 << 8) | 18) >>> 1) return 15;
  const three = address >>> 8;
  if (three === 0xc00000 || three === 0xc00002 || three === 0xc63364 || three === 0xcb0071) return 24;
  return 0;
}

/** The same for IPv6; an address that carries an IPv4 address is as reserved as that. */
export function reservedPrefix6(w0: number, w1: number, w2: number, w3: number): number {
  const carried = embeddedBits(w0, w1, w2);
  if (carried !== 0) {
    const reserved = reservedPrefix4(embeddedIpv4(w0, w1, w3));
    return reserved === 0 ? 0 : carried + reserved;
  }
  const top = w0 >>> 24;
  if (top === 0xff) return 8;
  if (top === 0xfc || top === 0xfd) return 7;
  if (w0 >>> 22 === 0xfe800000 >>> 22) return 10;
  if (w0 === 0x20010db8) return 32;
  if (w0 === 0 && w1 === 0 && w2 === 0 && w3 <= 1) return 128;
  return 0;
}

/**
 * Shortest prefix around an ordinary IPv4 address that reaches into no reserved block. What holds for the address
 * may not hold there: a scope must be at least as long.
 */
export function reservedBorder4(address: number): number {
  const first = address >>> 24;
  return suspects[first] === 0 ? borders4[first]! : border(blocks4, address);
}

/** The same for an ordinary IPv6 address; one that carries an IPv4 address has the borders of that. */
export function reservedBorder6(w0: number, w1: number, w2: number, w3: number): number {
  const carried = embeddedBits(w0, w1, w2);
  return carried === 0 ? border(blocks6, w0) : carried + reservedBorder4(embeddedIpv4(w0, w1, w3));
}

function border(blocks: readonly number[], address: number): number {
  let longest = 0;
  for (let i = 0; i < blocks.length; i++) longest = Math.max(longest, Math.clz32(address ^ blocks[i]!) + 1);
  return Math.min(longest, 32);
}

/** First addresses of the reserved blocks. */
const blocks4 = [
  ...[0, 0x0a000000, 0x64400000, 0x7f000000, 0xa9fe0000, 0xac100000, 0xc0000000, 0xc0000200, 0xc0a80000],
  ...[0xc6120000, 0xc6336400, 0xcb007100, 0xe0000000, 0xf0000000],
];
const blocks6 = [0, 0x20010db8, 0xfc000000, 0xfe800000, 0xff000000];

/** Borders by the first byte of the address, where no reserved block begins with the same. */
const borders4 = Uint8Array.from({ length: 256 }, (_, first) => border(blocks4, first << 24));
