import { describe, expect, it } from 'vitest';
import { Flag, Rcode } from '../../src/dns/constants.ts';
import { wireName } from '../zone/load.ts';
import { option, type PacketParts, packet } from './packet.ts';
import { readAnswer, World } from './world.ts';

const COOKIE = 10;
const zones = { 'example.com': '$TTL 300\n@ SOA ns admin 1 2 3 4 60\n@ NS ns\nns A 192.0.2.53\n' };
const bytes = (hex: string) => [...Buffer.from(hex, 'hex')];
const secretA = Uint8Array.from(bytes('e5e973e5a6b2a43f48e7dc849e37bfcf'));
const oldSecret = Uint8Array.from(bytes('dd3bdf9344b678b185a6f5cb60fca715'));
const newSecret = Uint8Array.from(bytes('445536bcd2513298075a5d379663c962'));

interface Asked {
  readonly secrets?: readonly Uint8Array[];
  readonly from?: string;
  readonly nowSeconds?: number;
  readonly parts?: PacketParts;
}

/** Asks with options in hexadecimal; gives the answer, its cookie, and whether the query's was good. */
function ask(
  cookies: readonly string[],
  { secrets = [secretA], from, nowSeconds = 1559731985, parts }: Asked = {},
) {
  const world = new World({ zones, cookieSecrets: secrets });
  world.context.nowSeconds = nowSeconds;
  const options = cookies.flatMap((cookie) => option(COOKIE, bytes(cookie)));
  const message = readAnswer(
    world.send(packet({ name: wireName('ns.example.com.'), edns: { options }, ...parts }), from),
  );
  const found = message.edns?.options.filter(({ code }) => code === COOKIE) ?? [];
  expect(found.length).toBeLessThan(2);
  const cookie = found[0] && Buffer.from(found[0].data).toString('hex');
  return { message, cookie, valid: world.context.cookieValid };
}

describe('server cookies', () => {
  // RFC 9018 appendix A
  it.each([
    [
      'A.1 a new one',
      ['2464c4abcf10c957'],
      '198.51.100.100',
      1559731985,
      [secretA],
      '010000005cf79f111f8130c3eee29480',
      false,
    ],
    [
      'A.2 a fresh one for the same client, later',
      ['2464c4abcf10c957010000005cf79f111f8130c3eee29480'],
      '198.51.100.100',
      1559734385,
      [secretA],
      '010000005cf7a871d4a564a1442aca77',
      true,
    ],
    [
      'A.3 a fresh one for another client, whose reserved bytes are not zero',
      ['fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5'],
      '203.0.113.203',
      1559734700,
      [secretA],
      '010000005cf7a9acf73a7810aca2381e',
      false,
    ],
    [
      'A.4 one of the new secret for one of the old, over IPv6',
      ['22681ab97d52c298010000005cf7c57926556bd0934c72f8'],
      '2001:db8:220:1:59de:d0f4:8769:82b8',
      1559741961,
      [newSecret, oldSecret],
      '010000005cf7c609a6bb79d16625507a',
      true,
    ],
  ] as const)('%s', (_title, [sent], from, nowSeconds, secrets, server, valid) => {
    const got = ask([sent], { from, nowSeconds, secrets });
    expect([got.cookie, got.valid]).toEqual([sent.slice(0, 16) + server, valid]);
    expect(got.message.rcode).toBe(Rcode.NOERROR);
    expect(got.message.answer).toHaveLength(1);
  });

  const good = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';
  const made = 1559731985;
  const from = '198.51.100.100';

  it.each([
    ['made now', made, true, true],
    ['half an hour old', made + 1800, true, true],
    ['older: good, and made anew', made + 1801, true, false],
    ['an hour old', made + 3600, true, false],
    ['more than an hour old', made + 3601, false, false],
    ['five minutes ahead of our clock', made - 300, true, true],
    ['more than five minutes ahead', made - 301, false, false],
  ])('%s', (_title, nowSeconds, valid, kept) => {
    const got = ask([good], { from, nowSeconds });
    expect([got.valid, got.cookie === good]).toEqual([valid, kept]);
  });

  it('goes on when the 32 bits of its time run over', () => {
    const first = ask(['2464c4abcf10c957'], { from, nowSeconds: 2 ** 32 - 10 });
    expect(ask([first.cookie!], { from, nowSeconds: 2 ** 32 + 10 })).toMatchObject({
      valid: true,
      cookie: first.cookie,
    });
  });

  it.each([
    ['of another address', good, '198.51.100.101'],
    ['with a byte changed', `${good.slice(0, -2)}81`, from],
    ['of another version', `${good.slice(0, 16)}02${good.slice(18)}`, from],
    ['of another length', `${good}00`, from],
    ['of eight bytes', good.slice(0, 32), from],
    ['of another client cookie', `34${good.slice(2)}`, from],
  ])('one %s counts as none, and is answered with a good one', (_title, cookie, source) => {
    const got = ask([cookie], { from: source, nowSeconds: made });
    expect(got.valid).toBe(false);
    expect(got.message.answer).toHaveLength(1);
    expect(ask([got.cookie!], { from: source, nowSeconds: made }).valid).toBe(true);
  });

  // RFC 7873 §5.2.2: "a COOKIE option that is malformed ... FORMERR"
  it.each([0, 1, 7, 9, 15, 41, 255])('of %i bytes in all is malformed', (length) => {
    const got = ask(['00'.repeat(length)]);
    expect([got.message.rcode, got.cookie]).toEqual([Rcode.FORMERR, undefined]);
  });

  it.each([8, 16, 40])('of %i bytes is not', (length) => {
    expect(ask(['00'.repeat(length)]).message.rcode).toBe(Rcode.NOERROR);
  });

  // RFC 7873 §5.2: "only the first (the one closest to the DNS header) is considered"
  it('counts once when there are several', () => {
    expect(ask([good, '1122334455667788'], { from, nowSeconds: made })).toMatchObject({
      valid: true,
      cookie: good,
    });
  });

  it('is none without a secret', () => {
    const got = ask([good], { secrets: [], from, nowSeconds: made });
    expect([got.cookie, got.valid, got.message.rcode]).toEqual([undefined, false, Rcode.NOERROR]);
  });

  it('is forgotten with the next query', () => {
    const world = new World({ zones, cookieSecrets: [secretA] });
    world.context.nowSeconds = made;
    world.send(packet({ edns: { options: option(COOKIE, bytes(good)) } }), from);
    expect(world.context.cookieValid).toBe(true);
    world.send(packet({ edns: {} }), from);
    expect(world.context.cookieValid).toBe(false);
  });
});

describe('a query without a question', () => {
  const empty = (options: number[]): PacketParts => ({
    question: [],
    counts: [0, 0, 0, 1],
    edns: { options },
  });
  const cookie = (hex: string) => empty(option(COOKIE, bytes(hex)));
  const at = { from: '198.51.100.100', nowSeconds: 1559731985 };

  // RFC 7873 §5.4
  it.each([
    ['a client cookie', '2464c4abcf10c957', Rcode.NOERROR],
    ['a good server cookie', '2464c4abcf10c957010000005cf79f111f8130c3eee29480', Rcode.NOERROR],
    ['another server cookie', '2464c4abcf10c957010000005cf79f111f8130c3eee29481', Rcode.BADCOOKIE],
  ])('with %s is answered with a cookie', (_title, hex, rcode) => {
    const got = ask([], { ...at, parts: cookie(hex) });
    expect([got.message.rcode, got.message.question, got.message.answer]).toEqual([rcode, undefined, []]);
    expect(got.cookie).toBe('2464c4abcf10c957010000005cf79f111f8130c3eee29480');
    expect(got.message.flags & Flag.AA).toBe(0);
  });

  it('is malformed without a cookie, without EDNS, or where cookies are off', () => {
    expect(ask([], { parts: empty([]) }).message.rcode).toBe(Rcode.FORMERR);
    expect(ask([], { parts: { question: [], counts: [0, 0, 0, 0] } }).message.rcode).toBe(Rcode.FORMERR);
    expect(ask([], { secrets: [], parts: cookie('2464c4abcf10c957') }).message.rcode).toBe(Rcode.FORMERR);
  });
});
