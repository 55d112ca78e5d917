import { describe, expect, it } from 'vitest';
import { Flag, RrType } from '../../src/dns/constants.ts';
import type { Message } from '../../src/dns/reader.ts';
import { Transport } from '../../src/query/source.ts';
import { World } from './world.ts';

const soa = '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 60\n@ NS ns.example.net.\n';

/** `count` records of `type` at `owner`; each TXT takes 12 + 1 + 20 bytes, each A 16, each AAAA 28. */
function many(owner: string, type: 'TXT' | 'A' | 'AAAA', count: number): string {
  const data = {
    TXT: (i: number) => `${1e19 + i * 1e5}`.padEnd(20, 'x'),
    A: (i: number) => `10.0.${i >> 8}.${i & 255}`,
    AAAA: (i: number) => `2001:db8::${i + 1}`,
  };
  return Array.from({ length: count }, (_, i) => `${owner} ${type} ${data[type](i)}\n`).join('');
}

const isTruncated = (message: Message) => (message.flags & Flag.TC) !== 0;

describe('room of an answer', () => {
  // Header 12, question 4 + 2 + 5 + 13: `aNNN.example.com` with 16 bytes a record.
  const zone = soa + [29, 30, 31, 73, 74, 75, 255, 1000, 4000].map((n) => many(`a${n}`, 'A', n)).join('');
  const world = new World({ zones: { 'example.com': zone } });
  const wide = new World({ zones: { 'example.com': zone }, config: 'dns: { udp-size: 4096 }' });

  it.each<[string, World, number | undefined, number, boolean]>([
    // RFC 1035 §4.2.1: 512 bytes without EDNS: 12 + 21 + 29 × 16 = 497, 513 are too many.
    ['512 bytes without EDNS', world, undefined, 29, false],
    ['512 bytes without EDNS', world, undefined, 30, true],
    // RFC 6891 §6.2.3: values below 512 are 512.
    ['EDNS 0', world, 0, 29, false],
    ['EDNS 511', world, 511, 29, false],
    ['EDNS 512 with OPT', world, 512, 30, true],
    // 12 + 21 + 74 × 16 + 11 = 1228.
    ['EDNS 1232', world, 1232, 74, false],
    ['EDNS 1232', world, 1232, 75, true],
    ['our bound for a client that takes more', world, 4096, 75, true],
    ['EDNS 65535', world, 65_535, 74, false],
    // 12 + 22 + 16 × 255 > 4096 − 11 is true: 4125.
    ['a wider bound of ours', wide, 4096, 75, false],
    ['a wider bound of ours', wide, 4096, 255, true],
    ['a wider bound of ours, a client that takes less', wide, 1232, 75, true],
  ])('is %#: %s', (_, where, udpBytes, count, truncated) => {
    const message = where.ask(`a${count}.example.com`, 'A', udpBytes === undefined ? {} : { udpBytes });
    expect(isTruncated(message)).toBe(truncated);
    expect(message.answer).toHaveLength(truncated ? 0 : count);
  });

  it('is that of the message over TCP, with and without EDNS', () => {
    for (const count of [30, 1000, 4000]) {
      for (const more of [{}, { udpBytes: 512 }]) {
        const message = world.ask(`a${count}.example.com`, 'A', { transport: Transport.TCP, ...more });
        expect(isTruncated(message)).toBe(false);
        expect(message.answer).toHaveLength(count);
      }
    }
  });

  it('sets TC over TCP as well when 64 KiB are too few', () => {
    const huge = new World({ zones: { 'example.com': soa + many('t', 'AAAA', 3000) } });
    const message = huge.ask('t.example.com', 'AAAA', { transport: Transport.TCP });
    expect(isTruncated(message)).toBe(true);
    expect(message.answer).toEqual([]);
  });

  it('keeps question, OPT and client subnet when it truncates', () => {
    const message = world.ask('A75.example.com', 'A', { subnet: '198.51.100.0/24' });
    expect(isTruncated(message)).toBe(true);
    expect(message.edns?.subnet).toEqual({
      family: 4,
      source: 24,
      scope: 0,
      address: Uint8Array.of(198, 51, 100),
    });
  });

  it('is for whole sets in a chain: an alias alone is not answered when its addresses do not fit', () => {
    const world = new World({ zones: { 'example.com': `${soa}www CNAME t\n${many('t', 'A', 40)}` } });
    const message = world.ask('www.example.com');
    expect(isTruncated(message)).toBe(true);
    expect(message.answer).toEqual([]);
  });
});

describe('room of a referral', () => {
  const glue = (owner: string) => many(owner, 'A', 20) + many(owner, 'AAAA', 20);

  // RFC 9471 §3.1: "if not all in-domain glue fits, the TC bit MUST be set"
  it('sets TC when glue below the delegation does not fit', () => {
    const world = new World({ zones: { 'example.com': `${soa}sub NS ns.sub\n${glue('ns.sub')}` } });
    const message = world.ask('www.sub.example.com');
    expect(isTruncated(message)).toBe(true);
    expect(message.authority).toHaveLength(1);
    expect(isTruncated(world.ask('www.sub.example.com', 'A', { udpBytes: 1232 }))).toBe(false);
  });

  // RFC 2181 §9: "the entire RRSet that will not fit in the response should be omitted, and the reply sent as is, with the TC bit clear"
  it('leaves out whole sets of other addresses', () => {
    const world = new World({
      zones: { 'example.com': `${soa}sub NS ns\nsub NS ns2\n${glue('ns')}${many('ns2', 'A', 2)}` },
    });
    const message = world.ask('www.sub.example.com');
    expect(isTruncated(message)).toBe(false);
    expect(message.authority).toHaveLength(2);
    expect(message.additional.map((record) => record.type)).toEqual([
      ...Array<number>(20).fill(RrType.A),
      RrType.A,
      RrType.A,
    ]);
  });

  it('sets TC when the name servers do not fit', () => {
    const servers = Array.from({ length: 30 }, (_, i) => `sub NS server-number-${i}.example.net.\n`).join('');
    const message = new World({ zones: { 'example.com': soa + servers } }).ask('www.sub.example.com');
    expect(isTruncated(message)).toBe(true);
    expect(message.authority).toEqual([]);
  });
});

describe('room of a negative answer', () => {
  const long = (letter: string) => `${`${letter.repeat(60)}.`.repeat(4)}net.`;
  const zone = `$TTL 300\n@ SOA ${long('m')} ${long('r')} 1 2 3 4 60\n@ NS ns.example.net.\nalias CNAME nothing\n`;
  const world = new World({ zones: { 'example.com': zone } });

  // RFC 2308 §3: "Name servers authoritative for a zone MUST include the SOA record"; RFC 2181 §9: TC when a required set does not fit
  it('sets TC when the SOA does not fit', () => {
    for (const [name, rcode] of [
      ['nothing.example.com', 3],
      ['example.com', 0],
      ['alias.example.com', 3],
    ] as const) {
      const message = world.ask(name);
      expect(isTruncated(message)).toBe(true);
      expect(message.rcode).toBe(rcode);
      expect(world.ask(name, 'A', { udpBytes: 1232 }).authority).toHaveLength(1);
    }
  });
});
