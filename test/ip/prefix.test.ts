import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/ip/address.ts';
import { formatPrefix, parsePrefix, prefixOf } from '../../src/ip/prefix.ts';

describe('parsePrefix', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '192.0.2.128/25', '192.0.2.1/32', '::/0', '2001:db8::/33', '::1/128'])(
    'reads what formatPrefix writes: %s',
    (text) => {
      expect(formatPrefix(parsePrefix(text)!)).toBe(text);
    },
  );

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.1/31',
    '::/129',
    '/8',
    '::/1/2',
    '::1/127',
  ])('refuses %s', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });
});

describe('prefixOf', () => {
  it('keeps the first bits and clears the others', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ family: 4 as const, bytes })),
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ({ family: 6 as const, bytes })),
    );
    fc.assert(
      fc.property(address, fc.nat(128), (given, length) => {
        length = Math.min(length, 8 * given.bytes.length);
        const bits = (bytes: Uint8Array) =>
          [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const all = bits(given.bytes);
        const { bytes } = prefixOf(given, length).address;
        expect(bits(bytes)).toBe(all.slice(0, length).padEnd(all.length, '0'));
      }),
    );
  });

  it('leaves the address alone that it is given', () => {
    const address = parseAddress('192.0.2.77')!;
    prefixOf(address, 8);
    expect(formatAddress(address)).toBe('192.0.2.77');
  });
});
