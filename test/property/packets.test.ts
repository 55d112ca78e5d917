import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flag, RrType } from '../../src/dns/constants.ts';
import { readMessage } from '../../src/dns/reader.ts';
import { Transport } from '../../src/query/source.ts';
import { opt, option, type PacketParts, packet, subnetOption } from '../query/packet.ts';
import { World } from '../query/world.ts';
import { wireName } from '../zone/load.ts';

const world = new World({
  config: `
regions: { us: { location: [ 39.04, -77.49 ] }, eu: { location: [ 53.35, -6.26 ] } }
pools:
  app: { endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 }, { name: c, region: eu, address: "2001:db8::2" } ] }
policies: { app: { type: nearest, pool: app, answers: 3 } }
zones: [ { name: example.com, file: example.com, steer: { app: app, "*.any": app } } ]
`,
  zones: {
    'example.com': `$TTL 300
@ SOA ns admin 1 2 3 4 60
@ NS ns
@ MX 10 mail
ns A 192.0.2.53
* TXT "anything"
www CNAME app
loop CNAME loop
round DNAME round.round
old DNAME any
sub NS ns.sub
ns.sub A 192.0.2.10
sub DS 1 13 2 ${'00'.repeat(32)}
big TXT ${Array.from({ length: 30 }, (_, i) => `"${String(i).repeat(30)}"`).join(' ')}
`,
  },
  networks: { '5.0.0.0/8': 'us', '9.0.0.0/8': 'eu', '2a00::/16': 'eu' },
});

const owners = [
  'app',
  'www',
  'loop',
  'x.round',
  'x.old',
  'any',
  'a.b.any',
  'sub',
  'x.sub',
  'big',
  'nothing',
  'a.nothing',
];
const name = fc.oneof(
  fc.constantFrom(...owners).map((owner) => wireName(`${owner}.example.com.`)),
  fc.constantFrom('example.com.', 'com.', '.', 'evilexample.com.').map(wireName),
  fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 3 })
    .map((labels) => Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0])),
);
const subnet = fc.constantFrom(
  '5.1.0.0/16',
  '9.9.9.0/24',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '2a00:1::/48',
  '::ffff:5.1.1.1/128',
  '77.0.0.0/7',
);
const options = fc.oneof(
  subnet.map(subnetOption),
  fc.tuple(fc.nat(20), fc.uint8Array({ maxLength: 12 })).map(([code, data]) => option(code, [...data])),
  fc.uint8Array({ maxLength: 12 }).map((data) => [...data]),
);
const proper: fc.Arbitrary<PacketParts> = fc
  .record({
    id: fc.nat(0xffff),
    flags: fc.constantFrom(0, Flag.RD),
    name,
    type: fc.constantFrom(
      RrType.A,
      RrType.AAAA,
      RrType.TXT,
      RrType.NS,
      RrType.MX,
      RrType.DS,
      RrType.ANY,
      RrType.SOA,
      65_000,
    ),
  })
  .chain((parts) =>
    fc.oneof(
      fc.constant(parts),
      fc
        .record({
          udpBytes: fc.constantFrom(0, 512, 1232, 65_535),
          flags: fc.constantFrom(0, 0x8000),
          options,
        })
        .map((edns) => ({ ...parts, edns })),
    ),
  );
const mutation = fc.record({
  at: fc.nat(400),
  byte: fc.nat(255),
  kind: fc.constantFrom('set', 'cut', 'insert', 'append'),
});
const mutated = fc
  .tuple(proper.map(packet), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([bytes, mutations]) => {
    let all = [...bytes];
    for (const { at, byte, kind } of mutations) {
      const place = at % (all.length + 1);
      if (kind === 'set' && place < all.length) all[place] = byte;
      else if (kind === 'cut') all = all.slice(0, place);
      else if (kind === 'insert') all.splice(place, 0, byte);
      else if (kind === 'append') all.push(...opt(), byte);
    }
    return Uint8Array.from(all);
  });
const anything = fc.oneof(
  proper.map(packet),
  mutated,
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 12, maxLength: 600, size: 'max' }),
);
const transport = fc.constantFrom(Transport.UDP, Transport.TCP);
const from = fc.constantFrom('5.1.2.3', '9.1.2.3', '2a00::1', '::ffff:9.1.2.3', '10.0.0.1');

describe('respond', () => {
  it('answers any bytes with nothing or with a message, and echoes what it could read', () => {
    fc.assert(
      fc.property(anything, transport, from, (bytes, transport, from) => {
        // `send` checks the bound of the answer; a throw fails the property.
        const answer = world.send(bytes, from, transport);
        const dropped = bytes.length < 12 || (bytes[2]! & 0x80) !== 0;
        expect(answer === undefined).toBe(dropped);
        if (answer === undefined) return;
        const message = readMessage(answer);
        if (message === undefined) throw new Error(`malformed: ${Buffer.from(answer).toString('hex')}`);
        expect([...answer.subarray(0, 2)]).toEqual([...bytes.subarray(0, 2)]);
        expect(message.additional.filter((record) => record.type === RrType.OPT)).toEqual([]);
        // The question comes back byte for byte.
        if (message.question !== undefined) {
          const end = 12 + message.question.name.length + 4;
          expect(answer.subarray(12, end)).toEqual(bytes.subarray(12, end));
        }
        if (isReadable(bytes)) dnsPacket.decode(Buffer.from(answer));
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives one answer to one question, whatever was asked before', () => {
    fc.assert(
      fc.property(proper.map(packet), fc.array(anything, { maxLength: 3 }), from, (bytes, before, from) => {
        const first = world.send(bytes, from);
        for (const other of before) world.send(other, from, Transport.TCP);
        const again = world.send(bytes, from);
        expect(sorted(again)).toEqual(sorted(first));
      }),
      { numRuns: 500 },
    );
  });
});

/** A message with its records in an order of their own: within a region they are drawn by lot. */
function sorted(bytes: Uint8Array | undefined): unknown {
  const message = readMessage(bytes!)!;
  const order = (record: { rdata: Uint8Array }) => Buffer.from(record.rdata).toString('hex');
  return { ...message, answer: [...message.answer].sort((a, b) => order(a).localeCompare(order(b))) };
}

/** dns-packet takes no question with bytes that are not text, nor opcodes and rcodes without a name. */
function isReadable(bytes: Uint8Array): boolean {
  return bytes.subarray(12).every((byte) => byte < 0x80);
}
