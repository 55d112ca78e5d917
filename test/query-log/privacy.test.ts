import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/ip/address.ts';
import { loggedBits, maskedAddress } from '../../src/query-log/privacy.ts';
import { recordOf } from './records.ts';

function cut(text: string): string {
  const { family, client } = recordOf({ client: text });
  const bits = loggedBits(family, client, 'cut');
  return `${formatAddress({ family, bytes: maskedAddress(family, client, bits) })}/${bits}`;
}

describe('a cut address', () => {
  it.each([
    ['192.0.2.255', '192.0.2.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    ['2001:db8:1122:3344:5566::1', '2001:db8:1122:3300::/56'],
    // 6to4 and NAT64 hold an IPv4 address of the client.
    ['2002:c000:0277:1::1', '2002:c000:200::/40'],
    ['64:ff9b::192.0.2.77', '64:ff9b::/56'],
    ['::ffff:192.0.2.77', '::/56'],
  ])('of %s is %s', (text, expected) => {
    expect(cut(text)).toBe(expected);
  });

  it('is the same for all neighbours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(255), (bytes, last) => {
        const other = [...bytes.subarray(0, 3), last].join('.');
        expect(cut(bytes.join('.'))).toBe(cut(other));
      }),
    );
  });
});
