import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuerySource } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { ProxyHeader, readProxyHeader } from '../../src/server/proxy-header.ts';
import { local, mapped4, proxied4, proxied6, proxyHeader } from './proxy-cases.ts';

function read(bytes: Uint8Array) {
  const source = new QuerySource();
  source.w0 = 0x7f000001;
  source.port = 9;
  const length = readProxyHeader(bytes, bytes.length, source);
  const { family, w0, w1, w2, w3, port } = source;
  return { length, family, words: [w0, w1, w2, w3], port };
}

const peer = { family: 4, words: [0x7f000001, 0, 0, 0], port: 9 };
const full = limits.proxyHeaderBytes - 16;

describe('readProxyHeader', () => {
  it.each([
    ['IPv4 over TCP', proxied4, { family: 4, words: [0xcb007107, 0, 0, 0], port: 0x1267 }],
    ['IPv6 over UDP with a TLV', proxied6, { family: 6, words: [0x20010db8, 0, 0, 9], port: 0x1267 }],
    ['IPv4 in IPv6', mapped4, { family: 4, words: [0xcb007107, 0, 0, 0], port: 0x1267 }],
    [
      'what only looks like it',
      proxyHeader(0x21, 0x21, [0, 1, ...mapped4.subarray(18)]),
      { family: 6, words: [0x10000, 0, 0xffff, 0xcb007107], port: 0x1267 },
    ],
    ['LOCAL', local, peer],
    ['LOCAL with addresses', proxyHeader(0x20, 0x11, [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 2]), peer],
    ['LOCAL with a family of the future', proxyHeader(0x20, 0x51, [1]), peer],
    ['an unspecified family', proxyHeader(0x21, 0x00, [9, 9]), peer],
    ['an unspecified protocol', proxyHeader(0x21, 0x10, Array(12).fill(9)), peer],
    ['a UNIX socket', proxyHeader(0x21, 0x31, Array(216).fill(1)), peer],
    ['the longest header', proxyHeader(0x20, 0x00, Array(full).fill(1)), peer],
  ])('reads %s', (_, bytes, wanted) => {
    expect(read(bytes)).toEqual({ length: bytes.length, ...wanted });
    // What follows is the client's, however much there is.
    expect(read(Buffer.concat([bytes, Buffer.alloc(99, 7)]))).toEqual({ length: bytes.length, ...wanted });
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(read(bytes.subarray(0, cut))).toEqual({ length: ProxyHeader.INCOMPLETE, ...peer });
    }
  });

  it.each([
    ['version 1', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['version 3', proxyHeader(0x31, 0x11, Array(12).fill(0))],
    ['an unknown command', proxyHeader(0x22, 0x11, Array(12).fill(0))],
    ['an unknown family', proxyHeader(0x21, 0x41, Array(300).fill(0))],
    ['an unknown protocol', proxyHeader(0x21, 0x13, Array(12).fill(0))],
    ['addresses cut short', proxyHeader(0x21, 0x11, Array(11).fill(0))],
    ['IPv6 with the length of IPv4', proxyHeader(0x21, 0x21, Array(12).fill(0))],
    ['a UNIX path cut short', proxyHeader(0x21, 0x31, Array(215).fill(0))],
    ['more than the bound', proxyHeader(0x20, 0x00, Array(full + 1).fill(0))],
    ['a DNS query', Buffer.from([0, 29, 0x12, 0x34, 1, 0, 0, 1])],
    ['a TLS hello', Buffer.from([0x16, 3, 1])],
  ])('refuses %s', (_, bytes) => {
    expect(read(bytes)).toEqual({ length: ProxyHeader.BROKEN, ...peer });
  });

  it('never throws and never reads past what it was given', () => {
    const tail = fc.uint8Array({ maxLength: 300 });
    const broken = fc.tuple(tail, fc.nat(15), fc.nat(255)).map(([rest, at, value]) => {
      const bytes = proxyHeader(0x21, 0x11, rest);
      bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(tail, broken), fc.nat(300), (bytes, cut) => {
        const length = Math.min(cut, bytes.length);
        const whole = new QuerySource();
        const answer = readProxyHeader(bytes, length, whole);
        // Bytes past the length are not looked at.
        const copy = new QuerySource();
        expect(readProxyHeader(bytes.slice(0, length), length, copy)).toBe(answer);
        expect(copy).toEqual(whole);
        expect(answer).toBeLessThanOrEqual(length);
      }),
    );
  });
});
