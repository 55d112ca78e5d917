/** How finely a family is looked at: blocks have at least `coarsest` bits and at most `finest`. */
export interface Grain {
  readonly coarsest: number;
  readonly finest: number;
}

/** Clients as reviewers count them: /24 and /48. */
export const unitBits = { 4: 24, 6: 48 } as const;

/**
 * Goes through a family in blocks, in order. `visit` gets a block's first address as two words (its first 64 bits) and returns
 * the bits of the longest prefix around it for which what it found holds; `done` gets the bits that the block was given. IPv6
 * is the part that is in use, 2000::/3.
 */
export function visitBlocks(
  family: 4 | 6,
  { coarsest, finest }: Grain,
  visit: (words: Uint32Array) => number,
  done: (bits: number) => void,
): void {
  const words = new Uint32Array(2);
  // Counted in addresses of IPv4, in /48 of IPv6: both are exact as doubles.
  const width = family === 4 ? 32 : unitBits[6];
  const end = family === 4 ? 2 ** 32 : 2 ** 46;
  for (let at = family === 4 ? 0 : 2 ** 45; at < end; ) {
    words[0] = family === 4 ? at : Math.floor(at / 65_536);
    words[1] = family === 4 ? 0 : (at % 65_536) * 65_536;
    const bits = Math.min(Math.max(visit(words), coarsest), finest);
    done(bits);
    at += 2 ** (width - bits);
  }
}
