import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHuffman } from '../../../src/health/http2/huffman.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('decodeHuffman', () => {
  it.each([
    ['RFC 7541 C.4.1', 'f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
    ['RFC 7541 C.4.2', 'a8eb 1064 9cbf', 'no-cache'],
    ['RFC 7541 C.4.3', '25a8 49e9 5ba9 7d7f', 'custom-key'],
    [
      'RFC 7541 C.6.1',
      'd07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff',
      'Mon, 21 Oct 2013 20:13:21 GMT',
    ],
    ['RFC 7541 C.6.1, a place', '9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3', 'https://www.example.com'],
    ['a byte of thirty bits', 'ffff fff3', '\n'],
    ['nothing', '', ''],
  ])('%s', (_, bytes, text) => {
    expect(decodeHuffman(hex(bytes))).toBe(text);
  });

  it.each([
    ['the end of string', 'ffff ffff'],
    ['a fill of eight ones', '1fff'],
    ['a fill with a zero', '18'],
    ['a code that breaks off', 'ffff ff'],
  ])('refuses %s', (_, bytes) => {
    expect(decodeHuffman(hex(bytes))).toBeUndefined();
  });

  it('reads what ends, whatever it is, and no more than it can hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = decodeHuffman(Buffer.from(bytes));
        expect((text ?? '').length).toBeLessThanOrEqual((bytes.length * 8) / 5);
      }),
    );
  });
});
