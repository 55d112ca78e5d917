import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sipHash24 } from '../../src/dns/siphash.ts';

const M = (1n << 64n) - 1n;

/** The paper's algorithm in its own words, slow and plain. */
function reference(key: Uint8Array, bytes: Uint8Array): bigint {
  const word = (from: Uint8Array, at: number) =>
    new DataView(from.buffer, from.byteOffset).getBigUint64(at, true);
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & M;
  const [k0, k1] = [word(key, 0), word(key, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & M;
    v2 = (v2 + v3) & M;
    v1 = rotate(v1, 13n) ^ v0;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v1) & M;
    v0 = (v0 + v3) & M;
    v1 = rotate(v1, 17n) ^ v2;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = rotate(v2, 32n);
  };
  const padded = new Uint8Array((bytes.length & ~7) + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

function ours(key: Uint8Array, bytes: Uint8Array): bigint {
  const view = new DataView(key.buffer, key.byteOffset);
  const words = Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
  const out = new Int32Array(2);
  sipHash24(words, bytes, bytes.length, out);
  return (BigInt(out[1]! >>> 0) << 32n) | BigInt(out[0]! >>> 0);
}

describe('sipHash24', () => {
  it('gives the value of the paper, appendix A', () => {
    const count = (to: number) => Uint8Array.from({ length: to }, (_, i) => i);
    expect(ours(count(16), count(15))).toBe(0xa129ca6149be45e5n);
  });

  it('is the same as 64-bit arithmetic, whatever key and length', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 70 }), (k, bytes) => {
        expect(ours(k, bytes)).toBe(reference(k, bytes));
      }),
      { numRuns: 500 },
    );
  });
});
