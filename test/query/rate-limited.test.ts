import { describe, expect, it } from 'vitest';
import { Flag, Rcode } from '../../src/dns/constants.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { Transport } from '../../src/query/source.ts';
import { wireName } from '../zone/load.ts';
import { option, type PacketParts, packet } from './packet.ts';
import { readAnswer, World } from './world.ts';

const COOKIE = 10;
const zone =
  '$TTL 300\n@ SOA ns admin 1 2 3 4 60\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.1\nout CNAME www.example.org.\n' +
  '*.wild A 192.0.2.2\nold DNAME wild\nsub NS ns.sub\nns.sub A 192.0.2.9\n';
const limits = 'responses: 4, negatives: 2, errors: 1, slip: 0';

/** A node whose clock stands still; a bucket holds two seconds' worth. */
function worldWith(section = limits): World {
  const config = section === '' ? '' : `rate-limit: { ${section} }`;
  const zones = { 'example.com': zone, 'example.net': zone };
  return new World({ config, zones, cookieSecrets: [new Uint8Array(16)] });
}

interface Asking {
  readonly from?: string;
  readonly transport?: Transport;
  readonly parts?: Partial<PacketParts>;
}

/** How many of 30 queries get an answer, `#` in the name being the number of the query. */
function answered(world: World, name: string, { from, transport, parts }: Asking = {}): number {
  let count = 0;
  for (let i = 0; i < 30; i++) {
    const query = packet({ name: wireName(name.replace('#', `n${i}`)), ...parts });
    if (world.send(query, from, transport) !== undefined) count++;
  }
  return count;
}

describe('answers over UDP', () => {
  it('are not limited unless the config says so', () => {
    const world = worldWith('');
    expect(answered(world, 'www.example.com.')).toBe(30);
    expect(world.counters()).toEqual({ 'udp A NOERROR': 30 });
  });

  it('stop when the bucket is empty, and go on as time passes', () => {
    const world = worldWith();
    expect(answered(world, 'www.example.com.')).toBe(8);
    // What got no answer is no query answered.
    expect(world.counters()).toEqual({ 'udp A NOERROR': 8, 'limited drop': 22 });
    world.context.nowMs = 500;
    expect(answered(world, 'www.example.com.')).toBe(2);
  });

  it.each([
    ['of a name', 'www.example.com.', 8],
    ['of a name that leads out of our zones', 'out.example.com.', 8],
    ['of a wildcard, whatever the name', '#.wild.example.com.', 8],
    ['of a DNAME, whatever the name', '#.old.example.com.', 8],
    ['that a name does not exist, whatever the name', '#.example.com.', 4],
    ['that a type does not exist', 'wild.example.com.', 4],
    ['that send on to other servers, whatever the name', '#.sub.example.com.', 4],
    ['that refuse, whatever the name', '#.example.org.', 2],
  ])('%s share a bucket', (_title, name, most) => {
    expect(answered(worldWith(), name)).toBe(most);
  });

  it('have a bucket for each name, each zone, each network and each kind', () => {
    const world = worldWith();
    expect(answered(world, 'www.example.com.')).toBe(8);
    expect(answered(world, 'WWW.example.com.')).toBe(0);
    expect(answered(world, 'ns.example.com.')).toBe(8);
    expect(answered(world, '#.example.com.')).toBe(4);
    expect(answered(world, '#.sub.example.com.')).toBe(0);
    expect(answered(world, '#.example.net.')).toBe(4);
    expect(answered(world, 'www.example.com.', { from: '192.0.2.200' })).toBe(0);
    expect(answered(world, 'www.example.com.', { from: '192.0.3.1' })).toBe(8);
    expect(answered(world, 'www.example.com.', { from: '2001:db8::1' })).toBe(8);
    expect(answered(world, 'www.example.com.', { from: '2001:db8:0:ff::1' })).toBe(0);
    expect(answered(world, 'www.example.com.', { from: '2001:db8:0:100::1' })).toBe(8);
  });

  it('have one bucket for a whole network beside all others', () => {
    const world = worldWith(`${limits}, all: 6`);
    expect(answered(world, 'www.example.com.')).toBe(8);
    expect(answered(world, 'ns.example.com.')).toBe(4);
    expect(answered(world, 'example.org.')).toBe(0);
    expect(answered(world, 'www.example.com.', { from: '192.0.3.1' })).toBe(8);
  });

  it.each([
    ['responses', 'www.example.com.'],
    ['negatives', '#.example.com.'],
    ['errors', '#.example.org.'],
  ])('have no limit of %s that is 0', (key, name) => {
    expect(answered(worldWith(`${key}: 0`), name)).toBe(30);
  });

  it('follow the limits of a new snapshot', () => {
    const world = worldWith();
    const rateLimits = world.context.settings.rateLimits!;
    expect(answered(world, 'www.example.com.')).toBe(8);
    // Buckets stay as they are.
    world.configure({ rateLimits: { ...rateLimits, slip: 1 } });
    expect(answered(world, 'www.example.com.')).toBe(30);
    expect(world.counters()['limited slip']).toBe(30);
    world.configure({ rateLimits: { ...rateLimits, allow: [parsePrefix('192.0.2.0/24')!] } });
    expect(answered(world, 'www.example.com.')).toBe(30);
    world.configure({ rateLimits: undefined });
    expect(answered(world, 'www.example.com.')).toBe(30);
    expect(world.counters()).toEqual({ 'udp A NOERROR': 98, 'limited drop': 22, 'limited slip': 30 });
  });
});

describe('a limited answer that slips', () => {
  it.each([
    ['www.example.com.', 8, Rcode.NOERROR],
    ['none.example.com.', 4, Rcode.NXDOMAIN],
    ['example.org.', 2, Rcode.REFUSED],
  ])('is empty, with TC, as are some half of them: %s', (name, before, rcode) => {
    const world = worldWith(limits.replace('slip: 0', 'slip: 2'));
    const query = packet({ name: wireName(name), edns: {} });
    const answers = Array.from({ length: before + 100 }, () => world.send(query)).slice(before);
    const slipped = answers.filter((bytes) => bytes !== undefined);
    expect(Math.abs(slipped.length - 50)).toBeLessThan(20);
    expect(world.counters()).toMatchObject({
      ...{ 'limited drop': 100 - slipped.length, 'limited slip': slipped.length },
    });
    const message = readAnswer(slipped[0]);
    expect(message).toMatchObject({ rcode, answer: [], authority: [], additional: [] });
    expect(message.flags & Flag.TC).toBe(Flag.TC);
    // With EDNS told, and without the reason of a refusal, it is no larger than the question.
    expect(slipped[0]).toHaveLength(query.length);
  });
});

describe('no limit holds', () => {
  it.each([Transport.TCP, Transport.TLS])('for transport %i', (transport) => {
    const world = worldWith();
    expect(answered(world, 'www.example.com.', { transport })).toBe(30);
    expect(answered(world, 'www.example.com.')).toBe(8);
  });

  it('for who shows a good cookie; a wrong one helps nobody', () => {
    const world = worldWith();
    const asked = (cookie: Uint8Array | readonly number[]) => ({
      name: wireName('www.example.com.'),
      edns: { options: option(COOKIE, [...cookie]) },
    });
    const first = readAnswer(world.send(packet(asked([1, 2, 3, 4, 5, 6, 7, 8]))));
    const good = first.edns!.options.find(({ code }) => code === COOKIE)!.data;
    expect(answered(world, 'www.example.com.', { parts: asked(good) })).toBe(30);
    // Nor have those answers taken anything from the network's bucket.
    const wrong = good.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    expect(answered(world, 'www.example.com.', { parts: asked(wrong) })).toBe(7);
  });

  it('for networks that are allowed', () => {
    const world = worldWith(`${limits}, allow: [ 192.0.2.0/25, "2001:db8::/32" ]`);
    expect(answered(world, 'www.example.com.')).toBe(30);
    expect(answered(world, 'www.example.com.', { from: '2001:db8:1::1' })).toBe(30);
    expect(answered(world, 'www.example.com.', { from: '198.51.100.1' })).toBe(8);
    expect(world.counters()).toEqual({ 'udp A NOERROR': 68, 'limited drop': 22 });
  });
});
