import { describe, expect, it } from 'vitest';
import { Flag, Rcode, RrClass, RrType } from '../../src/dns/constants.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { QuerySource } from '../../src/query/source.ts';
import { wireName } from '../zone/load.ts';
import { type PacketParts, packet } from './packet.ts';
import { type AskOptions, readAnswer, World } from './world.ts';

const zones = { 'example.com': '$TTL 300\n@ SOA ns admin 1 2 3 4 60\n@ NS ns\nns A 192.0.2.53\n' };
const config = `
regions: { a: { location: [0, 0] }, b: { location: [50, 50] } }
pools: { p: { endpoints: [ { name: x, region: a, address: 192.0.2.1 }, { name: y, region: b, address: 192.0.2.2 } ] } }
policies:
  all: { type: nearest, pool: p }
  last: { type: nearest, pool: p, all-down: last-known-good }
  none: { type: nearest, pool: p, all-down: nodata }
zones: [ { name: example.com, file: example.com, steer: { all: all, last: last, none: none } } ]
`;
const networks = { '198.51.100.0/24': 'a' };
const ecs: AskOptions = { subnet: '198.51.100.0/24' };

describe('extended errors', () => {
  const world = new World({ zones, config, networks });
  const of = (name: string, options: AskOptions = ecs, where = world) =>
    where.ask(name, 'A', options).edns?.extended;

  it('are absent from plain answers', () => {
    for (const name of ['all.example.com', 'ns.example.com', 'nothing.example.com'])
      expect(of(name)).toBeUndefined();
  });

  it('say why a question is refused, to those who speak EDNS', () => {
    expect(of('example.org')).toEqual({ code: 20, text: 'the name is in no zone of this server' });
    expect(world.ask('example.org').edns).toBeUndefined();
  });

  it('say that every endpoint is down, and what was done about it', () => {
    const down = new World({ zones, config, networks });
    down.remember({ 'p/x': true });
    down.set({ 'p/x': 'down', 'p/y': 'down' });
    expect(of('all.example.com', ecs, down)).toEqual({
      code: 0,
      text: 'no endpoint is healthy; the answer ignores health',
    });
    expect(of('last.example.com', ecs, down)?.code).toBe(3);
    expect(of('none.example.com', ecs, down)).toEqual({ code: 0, text: 'no endpoint is healthy' });
    expect(of('ns.example.com', ecs, down)).toBeUndefined();
    down.set({ 'p/x': 'up' });
    expect(of('all.example.com', ecs, down)).toBeUndefined();
  });

  it('say that the geo data is old, on tailored answers alone', () => {
    const stale = new World({ zones, config, networks, geoStale: true });
    expect(of('all.example.com', ecs, stale)).toEqual({ code: 0, text: 'geo data is older than 365 days' });
    expect(of('ns.example.com', ecs, stale)).toBeUndefined();
    stale.set({ 'p/x': 'down', 'p/y': 'down' });
    expect(of('all.example.com', ecs, stale)?.text).toContain('no endpoint is healthy');
  });

  it('say that no zone is loaded yet', () => {
    const context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
    const query = packet({ name: wireName('a.'), edns: {} });
    const out = new Uint8Array(512);
    const message = readAnswer(out.slice(0, respond(query, query.length, new QuerySource(), context, out)));
    expect([message.rcode, message.edns?.extended?.code]).toEqual([Rcode.SERVFAIL, 14]);
  });
});

describe('questions that are not about records', () => {
  const told = new World({ zones, config: 'dns: { version: meridian, identity: gtm-1 }' });
  const silent = new World({ zones });
  const ask = (world: World, parts: PacketParts) => readAnswer(world.send(packet({ edns: {}, ...parts })));
  const chaos = (name: string, type: number = RrType.TXT): PacketParts => ({
    name: wireName(name),
    type,
    class: RrClass.CH,
  });

  it.each([
    ['version.bind.', 'meridian'],
    ['VERSION.server.', 'meridian'],
    ['id.server.', 'gtm-1'],
    ['hostname.bind.', 'gtm-1'],
  ])('%s in class CH is told where the operator allows it', (name, text) => {
    for (const type of [RrType.TXT, RrType.ANY]) {
      const message = ask(told, chaos(name, type));
      expect(message.flags & Flag.AA).toBe(Flag.AA);
      const rdata = Uint8Array.of(text.length, ...new TextEncoder().encode(text));
      expect(message.answer).toEqual([
        { owner: wireName(name), type: RrType.TXT, class: RrClass.CH, ttlSeconds: 0, rdata },
      ]);
    }
    const refused = ask(silent, chaos(name));
    expect([refused.rcode, refused.edns?.extended?.code, refused.answer]).toEqual([Rcode.REFUSED, 18, []]);
  });

  it('of class CH have no records of other types', () => {
    expect(ask(told, chaos('id.server.', RrType.A))).toMatchObject({ rcode: Rcode.NOERROR, answer: [] });
  });

  it.each<[string, PacketParts, number]>([
    ['another name of class CH', chaos('authors.bind.'), 20],
    ['a longer name of class CH', chaos('x.version.bind.'), 20],
    ['class HS', { name: wireName('ns.example.com.'), class: 4 }, 21],
    ['class NONE', { name: wireName('ns.example.com.'), class: RrClass.NONE }, 21],
    ['AXFR', { name: wireName('example.com.'), type: RrType.AXFR }, 21],
    ['IXFR', { name: wireName('example.com.'), type: RrType.IXFR }, 21],
    ['TKEY', { name: wireName('example.com.'), type: RrType.TKEY }, 21],
    ['MAILB', { name: wireName('example.com.'), type: 253 }, 21],
    ['OPT', { name: wireName('example.com.'), type: RrType.OPT }, 21],
  ])('%s: refused', (_title, parts, code) => {
    const message = ask(told, parts);
    expect([message.rcode, message.edns?.extended?.code]).toEqual([Rcode.REFUSED, code]);
    expect([message.flags & Flag.AA, message.answer, message.authority]).toEqual([0, [], []]);
  });

  // RFC 1035 §6.2: "the response can never be authoritative"
  it('class ANY is answered as IN, without AA', () => {
    const message = ask(told, { name: wireName('ns.example.com.'), class: RrClass.ANY });
    expect([message.rcode, message.flags & Flag.AA]).toEqual([Rcode.NOERROR, 0]);
    expect(message.answer.map((record) => record.class)).toEqual([RrClass.IN]);
  });
});
