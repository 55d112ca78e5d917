import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ip/address.ts';
import { QuerySource } from '../../src/query/source.ts';
import {
  collide,
  encodeSockaddr,
  formatListenAddress,
  sockaddrPort,
  sourceFromText,
} from '../../src/server/sockaddr.ts';

describe('sockaddr', () => {
  it('has the bytes that the kernel wants', () => {
    expect([...encodeSockaddr(parseAddress('192.0.2.1')!, 5_300)]).toEqual([
      2, 0, 0x14, 0xb4, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    const v6 = encodeSockaddr(parseAddress('2001:db8::1')!, 53);
    expect([v6.length, v6[0], sockaddrPort(v6), v6[8], v6[23]]).toEqual([28, 10, 53, 0x20, 1]);
  });

  it.each([
    ['255.254.253.252', 4, [0xfffefdfc, 0, 0, 0]],
    ['2001:db8::ffff', 6, [0x20010db8, 0, 0, 0xffff]],
    ['fe80::1%eth0', 6, [0xfe800000, 0, 0, 1]],
  ])('reads the peer %s as unsigned words', (text, family, words) => {
    const source = new QuerySource();
    expect(sourceFromText(text, source)).toBe(true);
    expect([source.family, [source.w0, source.w1, source.w2, source.w3]]).toEqual([family, words]);
  });

  it.each([undefined, '', 'localhost'])('refuses %s as a peer', (text) => {
    expect(sourceFromText(text, new QuerySource())).toBe(false);
  });

  it('writes listen addresses as the config has them', () => {
    expect(formatListenAddress({ host: '127.0.0.1', port: 53 })).toBe('127.0.0.1:53');
    expect(formatListenAddress({ host: '0:0::1', port: 53 })).toBe('[::1]:53');
  });

  it.each([
    ['127.0.0.1:53 127.0.0.1:53', true],
    ['127.0.0.1:53 127.0.0.2:53', false],
    ['127.0.0.1:53 127.0.0.1:54', false],
    ['0.0.0.0:53 127.0.0.1:53', true],
    ['::1:53 :::53', true],
    ['0:0::1:53 ::1:53', true],
    [':::53 127.0.0.1:53', false],
  ])('knows whether the addresses %s get the same packets', (texts, expected) => {
    const [a, b] = texts.split(' ').map((text) => {
      const colon = text.lastIndexOf(':');
      return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
    });
    expect(collide(a!, b!)).toBe(expected);
  });
});
