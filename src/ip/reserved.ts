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
