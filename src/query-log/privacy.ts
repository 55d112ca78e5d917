/** How much of a client's address is logged: `cut` leaves what RFC 7871 §11.1 holds for harmless. */
export type Addresses = 'cut' | 'full';

const CUT_BITS = { 4: 24, 6: 56 } as const;

/**
 * Bits of an address that may be logged. A 6to4 address holds an IPv4 address in its bits 16 to 47, of which no more
 * than 24 may be seen.
 */
export function loggedBits(family: 4 | 6, words: Uint32Array, addresses: Addresses): number {
  if (addresses === 'full') return family === 4 ? 32 : 128;
  return family === 6 && words[0]! >>> 16 === 0x2002 ? 16 + CUT_BITS[4] : CUT_BITS[family];
}

/** The address of these words in network order, with the bits behind the first `bits` zero. */
export function maskedAddress(family: 4 | 6, words: Uint32Array, bits: number): Uint8Array {
  const bytes = new Uint8Array(family === 4 ? 4 : 16);
  for (let i = 0; i < bytes.length; i++) {
    const kept = Math.min(8, Math.max(0, bits - 8 * i));
    bytes[i] = (words[i >>> 2]! >>> (24 - 8 * (i & 3))) & (0xff00 >>> kept);
  }
  return bytes;
}
