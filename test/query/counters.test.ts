import { expect, it } from 'vitest';
import { Flag } from '../../src/dns/constants.ts';
import { Transport } from '../../src/query/source.ts';
import { wireName } from '../zone/load.ts';
import { packet } from './packet.ts';
import { World } from './world.ts';

const name = wireName('app.example.com.');

it('each packet moves one counter, each steered answer that of its region', () => {
  const world = new World({
    config: `
regions: { us: { location: [ 39, -77 ] }, eu: { location: [ 53, -6 ] } }
pools: { app: { endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 } ] } }
policies: { app: { type: nearest, pool: app, answers: 2 }, other: { type: failover, pool: app } }
zones: [ { name: example.com, file: example.com, steer: { app: app, other: other } } ]
`,
    zones: { 'example.com': '$TTL 300\n@ SOA ns.a. admin 1 2 3 4 60\n@ NS ns.a.\nx DNAME y.example.com.\n' },
    networks: { '9.0.0.0/8': 'eu' },
  });
  const moved = (act: () => unknown): Record<string, number> => {
    const before = world.counters();
    act();
    const after = Object.entries(world.counters());
    return Object.fromEntries(
      after
        .map(([key, value]) => [key, value - (before[key] ?? 0)] as const)
        .filter((entry) => entry[1] !== 0),
    );
  };
  // An answer of both regions counts for the one it was given for.
  expect(moved(() => world.ask('app.example.com', 'A', { source: '9.0.0.1' }))).toEqual({
    'udp A NOERROR': 1,
    'app eu': 1,
  });
  expect(moved(() => world.ask('app.example.com', 'A', { source: '8.0.0.1' }))).toEqual({
    'udp A NOERROR': 1,
    'app us': 1,
  });
  expect(moved(() => world.ask('other.example.com', 'A', { transport: Transport.TCP }))).toEqual({
    'tcp A NOERROR': 1,
    'other us': 1,
  });
  expect(moved(() => world.ask('app.example.com', 'AAAA'))).toEqual({ 'udp AAAA NOERROR': 1 });
  expect(moved(() => world.ask('none.example.com', 'HTTPS'))).toEqual({ 'udp HTTPS NXDOMAIN': 1 });
  expect(moved(() => world.ask('example.com', 'CAA'))).toEqual({ 'udp CAA NOERROR': 1 });
  expect(moved(() => world.ask('example.com', 'URI'))).toEqual({ 'udp other NOERROR': 1 });
  expect(moved(() => world.ask('example.com', 'TYPE65535'))).toEqual({ 'udp other NOERROR': 1 });
  expect(moved(() => world.ask('example.com', 'ANY'))).toEqual({ 'udp ANY NOERROR': 1 });
  expect(moved(() => world.ask('example.org', 'MX'))).toEqual({ 'udp MX REFUSED': 1 });
  expect(moved(() => world.send(packet({ name, edns: { version: 1 } })))).toEqual({ 'udp A BADVERS': 1 });
  expect(moved(() => world.send(packet({ name, flags: 0x2000 })))).toEqual({ 'udp other NOTIMP': 1 });
  expect(moved(() => world.send(packet({ name, trailing: [0] })))).toEqual({ 'udp A FORMERR': 1 });
  expect(moved(() => world.send(packet({ name, flags: Flag.QR })))).toEqual({ 'dropped response': 1 });
  expect(moved(() => world.send(new Uint8Array(3)))).toEqual({ 'dropped short': 1 });
});
