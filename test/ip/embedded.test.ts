import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/ip/address.ts';
import { embeddedBits, embeddedIpv4, unwrapIpv4 } from '../../src/ip/embedded.ts';

const carried = [
  ['::ffff:192.0.2.33', '192.0.2.33', 96],
  ['::ffff:255.255.255.255', '255.255.255.255', 96],
  ['64:ff9b::c000:221', '192.0.2.33', 96],
  ['2002:c000:221::1', '192.0.2.33', 16],
  ['2002:c633:64ff:ffff:ffff:ffff:ffff:ffff', '198.51.100.255', 16],
  // The example of RFC 4380 §4: the client's address is written inverted.
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', '192.0.2.45', 96],
] as const;

const own = [
  ...['::', '::1', '::192.0.2.33', '::fffe:c000:221', '::1:ffff:192.0.2.33', '64:ff9b:1::c000:221'],
  ...[
    '64:ff9b::1:c000:221',
    '2001:1::1',
    '2001:db8::1',
    '2003::1',
    '2a00::ffff:192.0.2.33',
    '1::ffff:192.0.2.33',
  ],
];

describe('unwrapIpv4', () => {
  it.each(carried)('%s carries %s', (ipv6, ipv4) => {
    expect(formatAddress(unwrapIpv4(parseAddress(ipv6)!)!)).toBe(ipv4);
  });

  it.each([...own, '192.0.2.33'])('%s carries none', (text) => {
    expect(unwrapIpv4(parseAddress(text)!)).toBeUndefined();
  });
});

describe('embeddedBits and embeddedIpv4', () => {
  it.each(carried)('%s: the words give %s after %i bits', (ipv6, ipv4, bits) => {
    const [w0, w1, w2, w3] = words(ipv6);
    expect(embeddedBits(w0, w1, w2)).toBe(bits);
    expect(embeddedIpv4(w0, w1, w3)).toBe(words(ipv4)[0]);
  });

  it.each(own)('%s: 0 bits', (text) => {
    const [w0, w1, w2] = words(text);
    expect(embeddedBits(w0, w1, w2)).toBe(0);
  });
});

function words(text: string): [number, number, number, number] {
  const { bytes } = parseAddress(text)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number) => (at < bytes.length ? view.getUint32(at) : 0);
  return [word(0), word(4), word(8), word(12)];
}
