import type { IpAddress } from './address.ts';

/**
 * IPv6 addresses that carry the IPv4 address of the client. Such a client is placed by its IPv4 address:
 *
 * | block         | what                          | where the IPv4 address stands |
 * | ------------- | ----------------------------- | ----------------------------- |
 * | ::ffff:0:0/96 | IPv4-mapped, RFC 4291 §2.5.5.2 | last 32 bits                 |
 * | 64:ff9b::/96  | NAT64, RFC 6052 §2.1          | last 32 bits                  |
 * | 2001::/32     | Teredo, RFC 4380 §4           | last 32 bits, inverted        |
 * | 2002::/16     | 6to4, RFC 3056 §2             | 32 bits after the first 16    |
 *
 * Bits before the IPv4 address in the address of these 32-bit words (96 or 16); 0 when it carries none.
 */
export function embeddedBits(w0: number, w1: number, w2: number): number {
  if (w0 >>> 16 === 0x2002) return 16;
  if (w0 === 0x2001_0000) return 96;
  if (w1 !== 0) return 0;
  return (w0 === 0 && w2 === 0xffff) || (w0 === 0x0064_ff9b && w2 === 0) ? 96 : 0;
}

/** The IPv4 address, unsigned, in the address of these words; only where `embeddedBits` is not 0. */
export function embeddedIpv4(w0: number, w1: number, w3: number): number {
  if (w0 >>> 16 === 0x2002) return ((w0 << 16) | (w1 >>> 16)) >>> 0;
  return w0 === 0x2001_0000 ? ~w3 >>> 0 : w3;
}

/** The IPv4 address that an IPv6 address carries, undefined when none. */
export function unwrapIpv4(address: IpAddress): IpAddress | undefined {
  if (address.family === 4) return undefined;
  const view = new DataView(address.bytes.buffer, address.bytes.byteOffset, 16);
  const [w0, w1, w2, w3] = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  if (embeddedBits(w0, w1, w2) === 0) return undefined;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, embeddedIpv4(w0, w1, w3));
  return { family: 4, bytes };
}

/**
 * A prefix around an IPv6 address that carries none, in which no address carries one; not always the shortest, but never
 * beyond 32 bits where none of the long blocks is near.
 */
export function embeddedBorder(w0: number, w1: number, w2: number): number {
  if (w0 !== 0 && w0 !== 0x0064_ff9b) return 32;
  if (w1 !== 0) return 33 + Math.clz32(w1);
  return 65 + Math.clz32(w0 === 0 ? w2 ^ 0xffff : w2);
}
