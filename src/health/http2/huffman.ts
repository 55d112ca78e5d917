/** Bits of the code of each byte, and last of the end of string (RFC 7541 appendix B). */
// biome-ignore format: sixteen to a row
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
   6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
   5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
  13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
   7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
  15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
   6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const endOfString = 256;
const longestCode = 30;

/** The codes of one length follow each other in the order of their symbols. */
interface Length {
  readonly firstCode: number;
  readonly symbols: readonly number[];
}

const lengths = lengthsOf(codeLengths);

/** What a string of Huffman codes says, in Latin-1 (RFC 7541 §5.2); undefined when it is none. */
export function decodeHuffman(bytes: Buffer): string | undefined {
  const decoded: number[] = [];
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let shift = 7; shift >= 0; shift--) {
      code = (code << 1) | ((byte >> shift) & 1);
      bits++;
      if (bits > longestCode) return undefined;
      const { firstCode, symbols } = lengths[bits]!;
      const symbol = symbols[code - firstCode];
      if (symbol === undefined) continue;
      if (symbol === endOfString) return undefined;
      decoded.push(symbol);
      code = 0;
      bits = 0;
    }
  }
  // The last byte is filled with ones, which begin the end of string.
  return bits < 8 && code === (1 << bits) - 1 ? Buffer.from(decoded).toString('latin1') : undefined;
}

function lengthsOf(bitsOf: readonly number[]): Length[] {
  const found: Length[] = [];
  let next = 0;
  for (let length = 0; length <= longestCode; length++) {
    const symbols = bitsOf.flatMap((bits, symbol) => (bits === length ? [symbol] : []));
    found.push({ firstCode: next, symbols });
    next = (next + symbols.length) << 1;
  }
  return found;
}
