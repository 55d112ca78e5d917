import { describe, expect, it } from 'vitest';
import { formatName } from '../../src/dns/names.ts';
import { createLogRing, droppedOf, setLogShare } from '../../src/query/log-layout.ts';
import { LogWriter } from '../../src/query/log-writer.ts';
import { respond } from '../../src/query/respond.ts';
import { Transport } from '../../src/query/source.ts';
import { LogRecord } from '../../src/query-log/record.ts';
import { RingReader } from '../../src/query-log/ring-reader.ts';
import { wireName } from '../zone/load.ts';
import { packet } from './packet.ts';
import { sourceOf, World, type WorldInput } from './world.ts';

const input: WorldInput = {
  config: `
regions:
  us: { location: [39, -77] }
  eu: { location: [53, -6] }
pools:
  app:
    endpoints:
      - { name: us1, region: us, address: 192.0.2.10 }
      - { name: eu1, region: eu, address: 192.0.2.20 }
policies:
  other: { type: nearest, pool: app }
  app: { type: nearest, pool: app }
zones:
  - { name: example.com, file: example.com, steer: { app: app } }
`,
  zones: { 'example.com': '$TTL 60\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nwww CNAME app\n' },
  networks: { '81.2.69.0/24': 'eu' },
};

function logged({ share = 1, slots = 64 } = {}) {
  const world = new World(input);
  const ring = createLogRing(slots);
  setLogShare(ring, share);
  world.context.log = new LogWriter(ring, 1, () => 1_700_000_000_123);
  world.context.log.stamp();
  const reader = new RingReader(ring);
  const records = (): LogRecord[] => {
    reader.mark();
    const all: LogRecord[] = [];
    for (let record = new LogRecord(); reader.take(record); record = new LogRecord()) all.push(record);
    return all;
  };
  return { world, ring, records };
}

const nameOf = (record: LogRecord) => formatName(record.name.subarray(0, record.nameLength));

describe('the log of queries', () => {
  it('has a record for each answer', () => {
    const { world, records } = logged();
    world.ask('app.example.com', 'A', { subnet: '81.2.69.0/24', source: '203.0.113.7' });
    const [record, ...more] = records();
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      timeMs: 1_700_000_000_123,
      generation: 1,
      family: 4,
      transport: Transport.UDP,
      id: 0x1234,
      rcode: 0,
      policy: 1,
      region: 1,
      edns: true,
      udpBytes: 1232,
      subnetFamily: 4,
      subnetSource: 24,
      subnetScope: 24,
      type: 1,
      class: 1,
    });
    expect(record!.client[0]).toBe(0xcb007107);
    expect(record!.subnet[0]).toBe(0x51024500);
    expect(record!.flags & 0x8400).toBe(0x8400);
    expect(record!.answerBytes).toBe(12 + 21 + 16 + 11 + 11);
  });

  it('has the name that was asked, with its case, not the one that a CNAME led to', () => {
    const { world, records } = logged();
    world.send(packet({ name: wireName('wWw.Example.COM.') }));
    const [record] = records();
    expect(nameOf(record!)).toBe('wWw.Example.COM.');
    expect(record).toMatchObject({ policy: 1, edns: false, subnetFamily: 0 });
  });

  it('has port, transport and all of an IPv6 address', () => {
    const { world, records } = logged();
    const source = sourceOf('2001:db8:1:2:3:4:5:6', Transport.TCP);
    source.port = 65_535;
    const query = packet({ name: wireName('ns.example.com.') });
    respond(query, query.length, source, world.context, new Uint8Array(512));
    const [record] = records();
    expect(record).toMatchObject({
      family: 6,
      transport: Transport.TCP,
      port: 65_535,
      policy: -1,
      region: -1,
    });
    expect([...record!.client]).toEqual([0x20010db8, 0x00010002, 0x00030004, 0x00050006]);
  });

  it.each([
    { what: 'no question that can be read', query: packet({ question: [] }), rcode: 1, length: 0 },
    { what: 'an unknown opcode', query: packet({ flags: 0x2800 }), rcode: 4, length: 0 },
    { what: 'another version of EDNS', query: packet({ edns: { version: 1 } }), rcode: 16, length: 1 },
    { what: 'the root', query: packet(), rcode: 5, length: 1 },
  ])('has a record of $what', ({ query, rcode, length }) => {
    const { world, records } = logged();
    // A record before it must not shine through.
    world.ask('app.example.com', 'A', { subnet: '81.2.69.0/24' });
    world.send(query);
    const [, record] = records();
    expect(record).toMatchObject({ rcode, nameLength: length, policy: -1, region: -1, subnetFamily: 0 });
  });

  it('has a name of 255 bytes whole', () => {
    const { world, records } = logged();
    const label = 'x'.repeat(61);
    const name = wireName(`${label}.${label}.${label}.${'y'.repeat(55)}.example.com.`);
    expect(name.length).toBe(255);
    world.send(packet({ name }));
    expect(records().map((record) => [...record.name.subarray(0, record.nameLength)])).toEqual([[...name]]);
  });

  it('has nothing of packets that get no answer, and nothing while it is off', () => {
    const { world, ring, records } = logged();
    world.send(packet({ flags: 0x8000 }));
    world.send(Uint8Array.of(1, 2, 3));
    setLogShare(ring, 0);
    world.send(packet());
    expect(records()).toEqual([]);
    setLogShare(ring, 1);
    world.send(packet());
    expect(records()).toHaveLength(1);
  });

  it('drops and counts what a full ring cannot take, and goes on when there is room', () => {
    const { world, ring, records } = logged({ slots: 8 });
    for (let i = 0; i < 11; i++) world.send(packet({ id: i }));
    expect(records().map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(droppedOf(ring)).toBe(3);
    world.send(packet({ id: 20 }));
    expect(records().map(({ id }) => id)).toEqual([20]);
    expect(droppedOf(ring)).toBe(3);
  });

  it.each([0.001, 0.01, 0.5])('samples a share of %d by chance', (share) => {
    const { world, ring, records } = logged({ share, slots: 32_768 });
    const count = 30_000;
    const query = packet();
    const out = new Uint8Array(512);
    const source = sourceOf('192.0.2.1', Transport.UDP);
    for (let i = 0; i < count; i++) respond(query, query.length, source, world.context, out);
    const mean = share * count;
    // Five standard deviations: one run in two million would fail by chance, and the seed is fixed.
    expect(Math.abs(records().length - mean)).toBeLessThan(5 * Math.sqrt(mean));
    expect(droppedOf(ring)).toBe(0);
  });

  it('does not change the choices that a seed makes', () => {
    const { world } = logged({ share: 0.5 });
    const silent = new World(input);
    for (const each of [world, silent]) for (let i = 0; i < 20; i++) each.ask('ns.example.com');
    expect(world.context.random.next()).toBe(silent.context.random.next());
  });
});
