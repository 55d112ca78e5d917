/**
 * SipHash-2-4 (Aumasson, Bernstein 2012) of `bytes[0 … length)` in 32-bit arithmetic: `key` holds four little-endian
 * words, `out` takes the hash as two words, the low one first. Allocates nothing.
 */
export function sipHash24(key: Int32Array, bytes: Uint8Array, length: number, out: Int32Array): void {
  state[0] = key[0]! ^ 0x70736575;
  state[1] = key[1]! ^ 0x736f6d65;
  state[2] = key[2]! ^ 0x6e646f6d;
  state[3] = key[3]! ^ 0x646f7261;
  state[4] = key[0]! ^ 0x6e657261;
  state[5] = key[1]! ^ 0x6c796765;
  state[6] = key[2]! ^ 0x79746573;
  state[7] = key[3]! ^ 0x74656462;
  const whole = length & ~7;
  for (let at = 0; at < whole; at += 8) mixIn(wordAt(bytes, at, length), wordAt(bytes, at + 4, length));
  mixIn(wordAt(bytes, whole, length), wordAt(bytes, whole + 4, length) | (length << 24));
  state[4]! ^= 0xff;
  rounds(4);
  out[0] = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
  out[1] = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
}

/** v0 … v3, each as its low and its high word. */
const state = new Int32Array(8);

function mixIn(low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  rounds(2);
  state[0]! ^= low;
  state[1]! ^= high;
}

function rounds(count: number): void {
  let a = state[0]!;
  let A = state[1]!;
  let b = state[2]!;
  let B = state[3]!;
  let c = state[4]!;
  let C = state[5]!;
  let d = state[6]!;
  let D = state[7]!;
  for (; count > 0; count--) {
    let low = (a + b) | 0;
    A = (A + B + carry(low, a)) | 0;
    a = low;
    low = ((b << 13) | (B >>> 19)) ^ a;
    B = ((B << 13) | (b >>> 19)) ^ A;
    b = low;
    low = A;
    A = a;
    a = low;

    low = (c + d) | 0;
    C = (C + D + carry(low, c)) | 0;
    c = low;
    low = ((d << 16) | (D >>> 16)) ^ c;
    D = ((D << 16) | (d >>> 16)) ^ C;
    d = low;

    low = (a + d) | 0;
    A = (A + D + carry(low, a)) | 0;
    a = low;
    low = ((d << 21) | (D >>> 11)) ^ a;
    D = ((D << 21) | (d >>> 11)) ^ A;
    d = low;

    low = (c + b) | 0;
    C = (C + B + carry(low, c)) | 0;
    c = low;
    low = ((b << 17) | (B >>> 15)) ^ c;
    B = ((B << 17) | (b >>> 15)) ^ C;
    b = low;
    low = C;
    C = c;
    c = low;
  }
  state[0] = a;
  state[1] = A;
  state[2] = b;
  state[3] = B;
  state[4] = c;
  state[5] = C;
  state[6] = d;
  state[7] = D;
}

/** 1 when a sum of two words, of which `part` was one, ran over. */
function carry(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}

/** Four bytes, the lowest first; bytes from `length` on count as zero. */
function wordAt(bytes: Uint8Array, at: number, length: number): number {
  let word = 0;
  for (let i = Math.min(3, length - 1 - at); i >= 0; i--) word = (word << 8) | bytes[at + i]!;
  return word;
}
