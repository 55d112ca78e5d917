import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdnsOption, Rcode } from '../../src/dns/constants.ts';
import { Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { wireName } from '../zone/load.ts';
import { option, packet, subnetOption } from './packet.ts';
import { readAnswer, World } from './world.ts';

const { NSID, COOKIE, KEEPALIVE, PADDING, CLIENT_SUBNET, EDE } = EdnsOption;
const zone = '$TTL 300\n@ SOA ns admin 1 2 3 4 60\n@ NS ns\nns A 192.0.2.53\n';
const texts = Array.from({ length: 30 }, (_, i) => `big TXT ${'x'.repeat(200)}${i}\n`).join('');
const zones = { 'example.com': `${zone}${texts}` };
const cookieSecrets = [new Uint8Array(16)];
const named = new World({ zones, cookieSecrets, config: 'dns: { nsid: gtm-1 }' });

function ask(
  world: World,
  options: readonly number[],
  transport: Transport = Transport.UDP,
  name = 'ns.example.com.',
) {
  const bytes = world.send(packet({ name: wireName(name), edns: { options } }), undefined, transport)!;
  return { bytes, message: readAnswer(bytes), options: readAnswer(bytes).edns!.options };
}

const codesOf = (options: readonly { code: number }[]) => options.map(({ code }) => code);

describe('NSID', () => {
  it('is told to those who ask, when there is one', () => {
    expect(ask(named, option(NSID, [])).options).toEqual([
      { code: NSID, data: new TextEncoder().encode('gtm-1') },
    ]);
    expect(ask(named, []).options).toEqual([]);
    expect(ask(new World({ zones }), option(NSID, [])).options).toEqual([]);
  });
});

describe('keepalive', () => {
  // RFC 7828 §3.3.1: "A DNS server that receives a query using UDP transport that includes the edns-tcp-keepalive option MUST ignore the option."
  it('is told over streams alone', () => {
    const tenths = limits.tcpIdleMs / 100;
    const expected = { code: KEEPALIVE, data: Uint8Array.of(tenths >>> 8, tenths & 0xff) };
    for (const transport of [Transport.TCP, Transport.TLS])
      expect(ask(named, option(KEEPALIVE, []), transport).options).toEqual([expected]);
    expect(ask(named, option(KEEPALIVE, [])).options).toEqual([]);
    expect(ask(named, option(KEEPALIVE, [0, 1])).message.rcode).toBe(Rcode.NOERROR);
    expect(ask(named, [], Transport.TCP).options).toEqual([]);
  });
});

describe('padding', () => {
  const padding = option(PADDING, [0, 0, 0]);

  // RFC 8467 §4.1: "servers SHOULD pad responses to the closest multiple of 468 octets"
  it('fills answers over TLS up to a block', () => {
    const { bytes, options } = ask(named, [...option(NSID, []), ...padding], Transport.TLS);
    expect(bytes).toHaveLength(468);
    expect(codesOf(options)).toEqual([NSID, PADDING]);
    expect(options[1]!.data.every((byte) => byte === 0)).toBe(true);
    const big = ask(named, padding, Transport.TLS, 'big.example.com.');
    expect(big.bytes.length % 468).toBe(0);
  });

  it('is done for nobody who has not asked, and over TLS alone', () => {
    expect(ask(named, [], Transport.TLS).options).toEqual([]);
    for (const transport of [Transport.UDP, Transport.TCP])
      expect(ask(named, padding, transport).options).toEqual([]);
  });
});

describe('options', () => {
  it('come in one order, the client subnet first', () => {
    const all = [
      ...option(PADDING, []),
      ...option(KEEPALIVE, []),
      ...option(NSID, []),
      ...option(COOKIE, new Array(8).fill(1)),
    ];
    const { options } = ask(
      named,
      [...all, ...subnetOption('198.51.100.0/24')],
      Transport.TLS,
      'elsewhere.org.',
    );
    expect(codesOf(options)).toEqual([CLIENT_SUBNET, COOKIE, NSID, KEEPALIVE, EDE, PADDING]);
  });

  it('that nobody knows are passed over', () => {
    expect(ask(named, option(65_001, [1, 2, 3])).options).toEqual([]);
  });

  it('of a version that we do not know are not read', () => {
    const query = packet({ edns: { version: 1, options: [...option(NSID, []), ...option(COOKIE, [1])] } });
    const message = readAnswer(named.send(query));
    expect([message.rcode, message.edns?.options]).toEqual([Rcode.BADVERS, []]);
  });

  it('always leave an answer that can be read, inside its bound, with one OPT', () => {
    const code = fc.oneof(
      fc.constantFrom(NSID, COOKIE, KEEPALIVE, PADDING, CLIENT_SUBNET, EDE),
      fc.integer({ min: 0, max: 65_535 }),
    );
    const one = fc.tuple(code, fc.uint8Array({ maxLength: 44 })).map(([c, data]) => option(c, [...data]));
    const many = fc.array(one, { maxLength: 12 }).map((each) => each.flat());
    const longest = new World({ zones, cookieSecrets, config: `dns: { nsid: "${'n'.repeat(128)}" }` });
    const label = 'x'.repeat(63);
    const names = ['ns.example.com.', 'big.example.com.', `${label}.${label}.${label}.${'y'.repeat(60)}.`];
    const transports = fc.constantFrom(Transport.UDP, Transport.TCP, Transport.TLS);
    fc.assert(
      fc.property(
        many,
        transports,
        fc.constantFrom(...names),
        fc.integer({ min: 0, max: 1500 }),
        (options, transport, name, udpBytes) => {
          const query = packet({ name: wireName(name), type: 16, edns: { options, udpBytes } });
          const bytes = longest.send(query, undefined, transport)!;
          const message = readAnswer(bytes);
          if (transport === Transport.UDP) expect(bytes.length).toBeLessThanOrEqual(Math.max(512, udpBytes));
          expect(message.edns).toBeDefined();
          expect([Rcode.NOERROR, Rcode.FORMERR, Rcode.REFUSED, Rcode.NXDOMAIN]).toContain(message.rcode);
        },
      ),
      { numRuns: 400 },
    );
  });
});
