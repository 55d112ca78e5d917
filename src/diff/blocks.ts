/** Clients as reviewers count them: /24 and /48. */
const unitBits = { 4: 24, 6: 48 } as const;

/**
 * Goes through a family in blocks, in order. `visit` gets the first 64 bits of a block's first address as two words and
 * returns the bits of the shortest prefix around it for which what it found holds; `done` gets how many units (/24, /48) the
 * block has, one at least. IPv6 is the part that is in use, 2000::/3.
 */
export function visitBlocks(
  family: 4 | 6,
  visit: (words: Uint32Array) => number,
  done: (units: number) => void,
): void {
  const words = new Uint32Array(2);
  const bits = unitBits[family];
  const end = family === 4 ? 2 ** 24 : 2 ** 46;
  for (let at = family === 4 ? 0 : 2 ** 45; at < end; ) {
    // Counted in units, which are exact as doubles.
    words[0] = family === 4 ? at * 256 : Math.floor(at / 65_536);
    words[1] = family === 4 ? 0 : (at % 65_536) * 65_536;
    let units = 2 ** (bits - Math.min(bits, visit(words)));
    // What holds for a prefix whose front is behind us holds for the rest of it: a block begins at its own first address.
    while (at % units !== 0 || at + units > end) units /= 2;
    done(units);
    at += units;
  }
}
