import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type IpAddress, parseAddress } from '../../src/ip/address.ts';
import { formatPrefix, parsePrefix, prefixOf } from '../../src/ip/prefix.ts';
import { SourceNetworks } from '../../src/query/networks.ts';
import { QuerySource } from '../../src/query/source.ts';
import { sourceFromText } from '../../src/server/sockaddr.ts';

function holds(networks: readonly string[], client: string): boolean {
  const source = new QuerySource();
  sourceFromText(client, source);
  return new SourceNetworks(networks.map((text) => parsePrefix(text)!)).contains(source);
}

it.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['192.0.2.128/25'], '192.0.2.127', false],
  [['192.0.2.7/32', 'fd00::/8'], '192.0.2.7', true],
  [['192.0.2.7/32', 'fd00::/8'], 'fdff::1', true],
  [['fd00::/8'], 'fe00::1', false],
  [['2001:db8:0:1::/64'], '2001:db8:0:1:ffff::1', true],
  [['2001:db8:0:1::/64'], '2001:db8:0:2::1', false],
  [['::1/128'], '::1', true],
  [['::1/128'], '::2', false],
  [['0.0.0.0/0'], '255.255.255.255', true],
  [['0.0.0.0/0'], '::1', false],
  [['::/0'], '10.0.0.1', false],
  [[], '10.0.0.1', false],
])('%j holds %s: %s', (networks, client, wanted) => {
  expect(holds(networks, client)).toBe(wanted);
});

it('agrees with the prefix arithmetic for every length', () => {
  const bits = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bits, fc.nat(127), fc.nat(128), fc.boolean(), (bytes, flip, length, v4) => {
      const address: IpAddress = { family: v4 ? 4 : 6, bytes: bytes.slice(0, v4 ? 4 : 16) };
      const width = v4 ? 32 : 128;
      const near: IpAddress = { family: address.family, bytes: address.bytes.slice() };
      const at = flip % width;
      near.bytes[at >>> 3]! ^= 0x80 >>> (at & 7);
      const text = formatPrefix(prefixOf(address, Math.min(length, width)));
      const inside = formatPrefix(prefixOf(near, Math.min(length, width))) === text;
      expect(holds([text], parseAddressText(near))).toBe(inside);
    }),
  );
});

function parseAddressText({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join('.');
  const text = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  expect(parseAddress(text.join(':'))).toBeDefined();
  return text.join(':');
}
