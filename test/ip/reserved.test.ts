import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ip/address.ts';
import { reservedBorder4, reservedBorder6, reservedPrefix4, reservedPrefix6 } from '../../src/ip/reserved.ts';

const blocks4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
].map((text) => ({ bits: bitsOf(text.split('/')[0]!), length: Number(text.split('/')[1]) }));

/** An IPv4 address as 32 characters `0` and `1`. */
function bitsOf(text: string): string {
  return [...parseAddress(text)!.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

function words(text: string): [number, number, number, number] {
  const { bytes } = parseAddress(text)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [0, 4, 8, 12].map((at) => (at < bytes.length ? view.getUint32(at) : 0)) as never;
}

describe('reserved blocks', () => {
  // Addresses that differ from the start of a block in few bits, where borders are.
  const near = fc
    .tuple(fc.constantFrom(...blocks4), fc.nat(31), fc.integer({ min: 0, max: 0xffffffff }))
    .map(([block, bit, noise]) => (Number.parseInt(block.bits, 2) ^ (noise >>> bit)) >>> 0);

  it('hold an IPv4 address, or end the prefix around it, as their list says', () => {
    fc.assert(
      fc.property(near, (address) => {
        const bits = address.toString(2).padStart(32, '0');
        const around = blocks4.filter(({ bits: start, length }) => bits.startsWith(start.slice(0, length)));
        expect(reservedPrefix4(address)).toBe(around[0]?.length ?? 0);
        if (around.length > 0) return;
        const common = blocks4.map(({ bits: start }) => [...bits].findIndex((bit, i) => bit !== start[i]));
        expect(reservedBorder4(address)).toBe(Math.max(...common) + 1);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['2001:db7::', 29],
    ['2001:db9::', 32],
    ['2c00::', 5],
    ['fe00::', 9],
    ['fec0::', 10],
    ['2002:900::', 23],
    ['::ffff:11.0.0.0', 104],
    ['64:ff9b::2d00:1', 99],
    ['2001::f4ff:ffff', 104],
  ])('end the prefix around %s at /%i', (text, length) => {
    expect(reservedBorder6(...words(text))).toBe(length);
  });

  it.each([
    ['2001:db8::1', 32],
    ['fd00::1', 7],
    ['fe80::1', 10],
    ['ff02::1', 8],
    ['::1', 128],
    ['2001:db9::1', 0],
  ])('hold %s by /%i', (text, length) => {
    expect(reservedPrefix6(...words(text))).toBe(length);
  });
});
