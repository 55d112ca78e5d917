import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/ip/address.ts';
import { World } from '../query/world.ts';

const world = new World({
  config: `
regions:
  ap: { location: [1.35, 103.82] }
  us: { location: [39.04, -77.49] }
  eu: { location: [53.35, -6.26] }
pools:
  app:
    endpoints:
      - { name: a, region: ap, address: 192.0.2.3 }
      - { name: u, region: us, address: 192.0.2.1 }
      - { name: e, region: eu, address: 192.0.2.2 }
policies:
  app: { type: nearest, pool: app, ttl: 20s }
  fixed: { type: failover, pool: app, order: [eu, us, ap], ttl: 20s }
zones:
  - name: example.com
    file: z
    steer: { app: app, "*.any": app, fixed: fixed }
`,
  zones: {
    z: `$TTL 300
@      SOA   ns admin 1 2 3 4 60
@      NS    ns
ns     A     192.0.2.53
www    A     192.0.2.99
alias  CNAME app
sub    NS    ns.sub
ns.sub A     192.0.2.10
`,
  },
  networks: {
    '45.0.0.0/8': 'us',
    '81.0.0.0/8': 'eu',
    '81.2.80.0/20': 'us',
    '81.2.85.77/32': 'ap',
    '2a00::/16': 'eu',
    '2a00:5::/32': 'us',
  },
});
const head = (name: string, subnet: string, type = 'A', source = '45.1.1.1') =>
  world.say(name, type, { subnet, source })[0];
const address = (name: string, subnet: string | undefined, source = '45.1.1.1') =>
  world
    .say(name, 'A', { ...(subnet !== undefined && { subnet }), source })
    .at(-1)!
    .split(' ')
    .at(-1);

describe('RFC 7871', () => {
  it('§7.2.1: has the option in an answer only if the query had it', () => {
    expect(world.ask('app.example.com').edns).toBeUndefined();
    expect(world.ask('app.example.com', 'A', { udpBytes: 1232 }).edns?.subnet).toBeUndefined();
    expect(world.ask('app.example.com', 'A', { subnet: '81.9.0.0/16' }).edns?.subnet).toBeDefined();
  });

  it.each([
    '81.2.69.0/24',
    '81.2.64.0/18',
    '81.2.69.160/27',
    '81.2.69.7/32',
    '80.0.0.0/5',
    '2a00::/16',
    '2a00:8000::/17',
    '2a00:1:2:3:4:5:6:7/128',
  ])('§7.2.1: gives family, source prefix and address back as they came: %s', (subnet) => {
    expect(head('app.example.com', subnet)).toMatch(new RegExp(`^NOERROR aa ecs ${subnet}/\\d+$`));
  });

  it('§7.2.1: tailors to the option, not to who asks', () => {
    expect(address('app.example.com', '81.2.69.0/24')).toBe('192.0.2.2');
    expect(address('app.example.com', '45.33.32.0/24', '81.2.69.1')).toBe('192.0.2.1');
    expect(address('app.example.com', undefined, '81.2.69.1')).toBe('192.0.2.2');
  });

  it.each([
    ['one network', '81.200.0.0/24', 9],
    ['beside a network of another place', '81.2.69.0/24', 20],
    ['inside that network', '81.2.95.0/24', 21],
    ['beside a single address', '81.2.85.0/24', 26],
    ['IPv6', '2a00:1::/48', 30],
    ['IPv6, inside another', '2a00:5:1::/48', 32],
  ])('§7.2.1: has the shortest scope in which the answer holds: %s', (_, subnet, scope) => {
    expect(head('app.example.com', subnet)).toBe(`NOERROR aa ecs ${subnet}/${scope}`);
  });

  it('§7.2.1: has a scope longer than the source prefix when that was not enough to choose', () => {
    expect(head('app.example.com', '81.2.80.0/20')).toBe('NOERROR aa ecs 81.2.80.0/20/22');
    expect(head('app.example.com', '81.2.85.77/32')).toBe('NOERROR aa ecs 81.2.85.77/32/32');
  });

  it('§7.3.1: has the same answer for everybody inside a scope', () => {
    const edges = [
      ...['45.0.0.0', '81.0.0.0', '81.2.80.0', '81.2.85.77', '81.2.96.0', '82.0.0.0', '2a00:5::', '2c00::'],
      // Beside blocks that say nothing (§10).
      ...['9.0.0.0', '11.0.0.0', '100.0.0.0', '100.128.0.0', '172.15.0.0', '192.167.0.0', '198.20.0.0'],
      ...['126.0.0.0', '128.0.0.0', '223.0.0.0', '2001:db9::', 'fb00::', 'fe00::'],
      // Carrying such an IPv4 address.
      ...['2002:900::', '2002:8000::', '64:ff9b::900:0', '::ffff:11.0.0.0', '2001::f5ff:ffff'],
    ];
    const anywhere = fc
      .tuple(
        fc.constantFrom(...edges),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.constantFrom(7, 9, 12, 16, 18, 20, 24, 30, 40, 98, 100, 104, 112),
      )
      .map(([edge, noise, keep]) => blend(parseAddress(edge)!.bytes, noise, keep));
    fc.assert(
      fc.property(anywhere, fc.uint8Array({ minLength: 16, maxLength: 16 }), (client, noise) => {
        const bits = client.length * 8;
        const subnet = `${textOf(client)}/${bits}`;
        const source = '81.2.69.1';
        const message = world.ask('app.example.com', 'A', { subnet, source });
        const neighbour = blend(client, noise, message.edns!.subnet!.scope);
        const other = world.ask('app.example.com', 'A', { subnet: `${textOf(neighbour)}/${bits}`, source });
        expect(other.answer).toEqual(message.answer);
        expect(other.edns!.subnet!.scope).toBe(message.edns!.subnet!.scope);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['0.0.0.0/0', '::/0'])('§7.1.2: %s opts out: who asks decides, and the scope is 0', (subnet) => {
    expect(head('app.example.com', subnet)).toBe(`NOERROR aa ecs ${subnet}/0`);
    expect(address('app.example.com', subnet, '81.2.69.1')).toBe('192.0.2.2');
    expect(address('app.example.com', subnet, '45.1.1.1')).toBe('192.0.2.1');
  });

  it.each([
    ['a static name', 'www.example.com', 'A', 'NOERROR aa'],
    ['a type that is not steered', 'app.example.com', 'TXT', 'NOERROR aa'],
    ['no address of the family', 'app.example.com', 'AAAA', 'NOERROR aa'],
    ['a name that does not exist (§7.4)', 'none.example.com', 'A', 'NXDOMAIN aa'],
    ['a referral (§7.4)', 'www.sub.example.com', 'A', 'NOERROR'],
    ['a policy that looks at no client', 'fixed.example.com', 'A', 'NOERROR aa'],
    ['ANY', 'app.example.com', 'ANY', 'NOERROR aa'],
    ['a zone of nobody', 'example.org', 'A', 'REFUSED'],
  ])('§7.2.1: has scope 0 where all are answered alike: %s', (_, name, type, rest) => {
    expect(head(name, '81.2.69.0/24', type)).toBe(`${rest} ecs 81.2.69.0/24/0`);
  });

  it('§7.2.1: has the scope of the steered name that an alias or a wildcard leads to', () => {
    for (const name of ['alias.example.com', 'x.any.example.com'])
      expect(head(name, '81.2.69.0/24')).toBe('NOERROR aa ecs 81.2.69.0/24/20');
  });

  it('§7.2.1: never gives scope 0 to a client of no network while some network is answered otherwise', () => {
    for (const subnet of ['9.9.9.0/24', '2c00::/48'])
      expect(world.ask('app.example.com', 'A', { subnet }).edns!.subnet!.scope).toBeGreaterThan(0);
  });

  it.each([
    ['10.1.2.0/24', 8],
    ['192.168.7.0/24', 16],
    ['100.64.9.0/24', 10],
    ['127.0.0.1/32', 8],
    ['fd00:1::/48', 7],
    ['fe80::/64', 10],
  ])('§10: %s says nothing: who asks decides, for that block alone', (subnet, scope) => {
    expect(head('app.example.com', subnet)).toBe(`NOERROR aa ecs ${subnet}/${scope}`);
    expect(address('app.example.com', subnet, '81.2.69.1')).toBe('192.0.2.2');
    expect(address('app.example.com', subnet, '45.1.1.1')).toBe('192.0.2.1');
  });
});

/** The first `keep` bits of `bytes`, the rest of `noise`. */
function blend(bytes: Uint8Array, noise: Uint8Array, keep: number): Uint8Array {
  return bytes.map((byte, i) => {
    const mask = keep >= 8 * i + 8 ? 0xff : keep <= 8 * i ? 0 : 0xff00 >>> (keep - 8 * i);
    return (byte & mask) | (noise[i]! & ~mask & 0xff);
  });
}

function textOf(bytes: Uint8Array): string {
  return formatAddress({ family: bytes.length === 4 ? 4 : 6, bytes });
}
