import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeaders, HeaderDecoder } from '../../../src/health/http2/hpack.ts';
import { limits } from '../../../src/runtime/limits.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const place = ['location', 'https://www.example.com'];
const dates = ['Mon, 21 Oct 2013 20:13:21 GMT', 'Mon, 21 Oct 2013 20:13:22 GMT'];
const cookie = ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'];
/** The table of 256 bytes that these examples of RFC 7541 presume. */
const small = '3fe1 01';

describe('HeaderDecoder', () => {
  it.each([
    [
      'RFC 7541 C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      ['custom-key', 'custom-header'],
    ],
    ['RFC 7541 C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [':path', '/sample/path']],
    ['RFC 7541 C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password', 'secret']],
    ['RFC 7541 C.2.4', '82', [':method', 'GET']],
  ])('reads %s', (_, block, header) => {
    expect(new HeaderDecoder().decode(hex(block))).toEqual([header]);
  });

  it.each([
    [
      'RFC 7541 C.5',
      [
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '4803 3330 37c1 c0bf',
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
      ],
    ],
    [
      'RFC 7541 C.6, in Huffman codes',
      [
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
        '4883 640e ffc1 c0bf',
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
      ],
    ],
  ])('keeps and forgets as in %s', (_, [first, second, third]) => {
    const decoder = new HeaderDecoder();
    const common = [['cache-control', 'private'], ['date', dates[0]], place];
    expect(decoder.decode(hex(small + first))).toEqual([[':status', '302'], ...common]);
    expect(decoder.decode(hex(second!))).toEqual([[':status', '307'], ...common]);
    expect(decoder.decode(hex(third!))).toEqual([
      [':status', '200'],
      ['cache-control', 'private'],
      ['date', dates[1]],
      place,
      ['content-encoding', 'gzip'],
      cookie,
    ]);
  });

  it.each([
    ['an index of nothing', '80'],
    ['an index beyond both tables', 'be'],
    ['a name of nothing', '7e 01 61'],
    ['a table larger than ours', '3fe2 1f'],
    ['a change of the table behind a header', '8820'],
    ['an integer that does not end', 'ffff ffff ffff ffff'],
    ['a name that breaks off', '000a 61'],
    ['a value that breaks off', '0001 61'],
    ['Huffman codes that are none', '0084 ffff ffff 00'],
  ])('refuses %s', (_, block) => {
    expect(new HeaderDecoder().decode(hex(block))).toBe('malformed');
  });

  it('forgets all when the table is closed', () => {
    const decoder = new HeaderDecoder();
    decoder.decode(hex('4001 6101 62'));
    expect(decoder.decode(hex('be'))).toEqual([['a', 'b']]);
    expect(decoder.decode(hex('20 be'))).toBe('malformed');
  });

  it('is not made to say more than its bound by references', () => {
    const decoder = new HeaderDecoder();
    expect(decoder.decode(encodeKept('a', 'b'.repeat(2_000)))).toHaveLength(1);
    const most = Math.floor(limits.probeHeaderBytes / 2_033);
    expect(decoder.decode(Buffer.alloc(most, 0xbe))).toHaveLength(most);
    expect(decoder.decode(Buffer.alloc(most + 1, 0xbe))).toBe('too large');
  });

  it('reads what is written, and never throws', () => {
    const text = fc.string({ maxLength: 300, unit: 'binary-ascii' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (headers) => {
        expect(new HeaderDecoder().decode(encodeHeaders(headers))).toEqual(headers);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HeaderDecoder();
        for (const block of blocks) decoder.decode(Buffer.from(block));
      }),
    );
  });
});

/** A literal that is kept. */
function encodeKept(name: string, value: string): Buffer {
  const block = encodeHeaders([[name, value]]);
  block[0] = 0x40;
  return block;
}
