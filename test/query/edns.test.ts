import { describe, expect, it } from 'vitest';
import { Flag, Rcode, RrType } from '../../src/dns/constants.ts';
import type { Message } from '../../src/dns/reader.ts';
import { wireName } from '../zone/load.ts';
import { opt, option, type PacketParts, packet, subnetOption } from './packet.ts';
import { rcodeName, sayRecord } from './say.ts';
import { readAnswer, World } from './world.ts';

const world = new World({
  zones: {
    'example.com':
      '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 60\n@ NS ns.example.net.\nwww A 192.0.2.1\n',
  },
});
const name = wireName('www.example.com.');
const subnet = subnetOption('198.51.100.0/24');

function answerTo(parts: PacketParts): Message {
  return readAnswer(world.send(packet({ name, ...parts })));
}

describe('a query that is no proper one', () => {
  const pointer = [0xc0, 0x0c, 0, 1, 0, 1];
  const record = (owner: number[], type: number, data: number[] = []) => [
    ...owner,
    0,
    type,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    data.length,
    ...data,
  ];
  const ecs = (...data: number[]): PacketParts => ({ edns: { options: option(8, data) } });

  it.each<[string, PacketParts]>([
    ['no question (RFC 9619)', { counts: [0, 0, 0, 0], question: [] }],
    ['two questions', { counts: [2, 0, 0, 0], question: [...name, 0, 1, 0, 1, ...name, 0, 1, 0, 1] }],
    ['257 questions', { counts: [257, 0, 0, 0] }],
    ['a question cut off', { question: [...name, 0, 1, 0] }],
    ['a name cut off', { question: [3, 0x77, 0x77] }],
    ['a label cut off', { question: [63] }],
    ['a pointer in the question', { question: pointer }],
    ['a pointer to itself behind a label', { question: [1, 0x61, ...pointer] }],
    ['a label type that does not exist', { question: [0x41, 0x61, 0, 0, 1, 0, 1] }],
    ['a label type of RFC 2673', { question: [0x80, 0x61, 0, 0, 1, 0, 1] }],
    [
      'a name of 256 bytes',
      { question: [...Array.from({ length: 127 }, () => [1, 0x61]).flat(), 1, 0x61, 0, 0, 1, 0, 1] },
    ],
    ['trailing bytes', { trailing: [0] }],
    ['trailing bytes behind OPT', { edns: {}, trailing: [0, 0] }],
    ['a record that is not there', { counts: [1, 0, 0, 1] }],
    ['a record without data', { counts: [1, 1, 0, 0], records: [0, 0, 1] }],
    ['data longer than the packet', { counts: [1, 0, 0, 1], records: [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 9, 1] }],
    ['two OPT records (RFC 6891 §6.1.1)', { counts: [1, 0, 0, 2], records: opt(), edns: {} }],
    ['OPT among the answers', { counts: [1, 1, 0, 0], edns: {} }],
    ['OPT in the authority section', { counts: [1, 0, 1, 0], edns: {} }],
    ['OPT with a name', { counts: [1, 0, 0, 1], records: [1, 0x61, ...opt()] }],
    ['OPT with a pointer for a name', { counts: [1, 0, 0, 1], records: [0xc0, 12, ...opt().slice(1)] }],
    ['an option cut off', { edns: { options: [0, 10, 0] } }],
    ['an option longer than OPT', { edns: { options: [0, 10, 0, 9, 1] } }],
    ['ECS without a prefix', ecs(0, 1, 24)],
    ['ECS, no data at all', ecs()],
    ['ECS with a scope (RFC 7871 §6: "MUST be set to 0")', ecs(0, 1, 24, 1, 198, 51, 100)],
    ['ECS of family 0', ecs(0, 0, 0, 0)],
    ['ECS of an unknown family', ecs(0, 3, 0, 0)],
    ['ECS of family 257', ecs(1, 1, 24, 0, 198, 51, 100)],
    ['ECS with 33 bits of IPv4', ecs(0, 1, 33, 0, 198, 51, 100, 1, 1)],
    ['ECS with 129 bits of IPv6', ecs(0, 2, 129, 0, ...Array<number>(17).fill(1))],
    ['ECS with an address too short', ecs(0, 1, 24, 0, 198, 51)],
    ['ECS with an address too long', ecs(0, 1, 24, 0, 198, 51, 100, 0)],
    ['ECS /0 with an address', ecs(0, 1, 0, 0, 0)],
    ['ECS with bits behind the prefix', ecs(0, 1, 23, 0, 198, 51, 101)],
    ['ECS with bits behind /1', ecs(0, 1, 1, 0, 0xc0)],
    ['ECS of IPv6 with bits behind the prefix', ecs(0, 2, 33, 0, 0x20, 1, 0xd, 0xb8, 0x40)],
    ['two ECS options', { edns: { options: [...subnet, ...subnet] } }],
  ])('is a FORMERR: %s', (_, parts) => {
    const message = answerTo(parts);
    expect(rcodeName(message.rcode)).toBe('FORMERR');
    expect(message.id).toBe(0x1234);
    expect(message.flags & (Flag.AA | Flag.TC)).toBe(0);
    expect([...message.answer, ...message.authority, ...message.additional]).toEqual([]);
  });

  it.each<[string, Uint8Array, string]>([
    ['a response', packet({ name, flags: Flag.QR }), 'dropped response'],
    ['a response with an error', packet({ name, flags: Flag.QR | 1 }), 'dropped response'],
    ['a response with an unknown opcode', packet({ name, flags: Flag.QR | 0x7800 }), 'dropped response'],
    ['no bytes', new Uint8Array(0), 'dropped short'],
    ['half a header', packet({ name }).subarray(0, 11), 'dropped short'],
  ])('gets no answer: %s', (_, bytes, counter) => {
    const before = world.counters()[counter] ?? 0;
    expect(world.send(bytes)).toBeUndefined();
    expect(world.counters()[counter]).toBe(before + 1);
  });

  it('is answered with a header alone when it is only that', () => {
    expect(world.send(packet({ name }).subarray(0, 12))).toEqual(
      packet({ flags: Flag.QR | Rcode.FORMERR, question: [], counts: [0, 0, 0, 0] }),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 15])('is NOTIMP with opcode %i, which comes back', (opcode) => {
    const message = answerTo({ flags: (opcode << 11) | Flag.RD, edns: {} });
    expect(rcodeName(message.rcode)).toBe('NOTIMP');
    expect(message.flags & 0x7800).toBe(opcode << 11);
    expect(message.flags & Flag.RD).toBe(Flag.RD);
    expect(message.question).toBeUndefined();
  });

  it.each<[string, PacketParts]>([
    ['class CH', { class: 3 }],
    ['class NONE', { class: 254 }],
    ['AXFR', { type: RrType.AXFR }],
    ['IXFR', { type: RrType.IXFR }],
    ['MAILB', { type: 253 }],
    ['TKEY', { type: RrType.TKEY }],
    ['OPT', { type: RrType.OPT }],
    ['a name of nobody', { name: wireName('example.org.') }],
  ])('is REFUSED: %s', (_, parts) => {
    const message = answerTo({ edns: { options: subnet }, ...parts });
    expect(rcodeName(message.rcode)).toBe('REFUSED');
    expect(message.flags & Flag.AA).toBe(0);
    expect(message.question).toEqual({
      name: parts.name ?? name,
      type: parts.type ?? 1,
      class: parts.class ?? 1,
    });
    expect(message.edns?.subnet?.scope).toBe(0);
  });

  it('may carry records that say nothing', () => {
    const soa = record([...name], RrType.SOA, [0, 0, ...Array<number>(20).fill(0)]);
    const tsig = record([0], RrType.TSIG);
    const message = answerTo({ counts: [1, 0, 1, 2], records: [...soa, ...tsig], edns: {} });
    expect(message.answer.map(sayRecord)).toEqual(['www.example.com. 300 A 192.0.2.1']);
    expect(message.edns).toBeDefined();
  });
});

describe('EDNS', () => {
  it('is answered with EDNS, and only then', () => {
    expect(answerTo({}).edns).toBeUndefined();
    expect(answerTo({ edns: {} }).edns).toMatchObject({ udpBytes: 1232, subnet: undefined, options: [] });
  });

  // RFC 6891 §6.1.3: "If a responder does not implement the VERSION level of the request, then it MUST respond with RCODE=BADVERS"
  it.each([1, 2, 255])('version %i is BADVERS', (version) => {
    const message = answerTo({ edns: { version, options: subnet } });
    expect(rcodeName(message.rcode)).toBe('BADVERS');
    expect(message.edns).toMatchObject({ udpBytes: 1232, subnet: undefined, options: [] });
    expect(message.answer).toEqual([]);
    expect(message.question?.name).toEqual(name);
  });

  // RFC 6891 §6.1.2: "Any OPTION-CODE values not understood by a responder MUST be ignored"
  it('ignores options that it does not know, wherever they stand', () => {
    const unknown = [...option(65_001, [1, 2, 3]), ...option(10, [1, 2, 3, 4, 5, 6, 7, 8]), ...option(3, [])];
    const message = answerTo({ edns: { options: [...unknown, ...subnet, ...unknown] } });
    expect(message.answer).toHaveLength(1);
    expect(message.edns?.subnet?.source).toBe(24);
  });

  // RFC 3225 §3: "the DO bit of the query MUST be copied in the response"; RFC 6891 §6.1.4: other flags are zero
  it.each([
    [0x8000, 0x8000],
    [0xffff, 0x8000],
    [0x7fff, 0],
  ])('copies of the flags %i DO alone', (sent, back) => {
    const bytes = world.send(packet({ name, edns: { flags: sent } }))!;
    expect((bytes.at(-4)! << 8) | bytes.at(-3)!).toBe(back);
  });

  it('stands behind the answer once', () => {
    const bytes = world.send(packet({ name, edns: { options: subnet } }))!;
    expect([...bytes.subarray(-22)]).toEqual([...opt({ options: subnet })]);
    expect([...bytes.subarray(4, 12)]).toEqual([0, 1, 0, 1, 0, 0, 0, 1]);
  });
});

describe('the header of an answer', () => {
  // RFC 1035 §4.1.1: RD "is copied into the response"; AD and CD are not ours to set
  it('copies id and RD, and no other flag', () => {
    for (const flags of [0, Flag.RD, Flag.TC | Flag.AA | Flag.RA | Flag.AD | Flag.CD | 0x0040 | 0xf]) {
      const message = answerTo({ id: 0xbeef, flags });
      expect(message.id).toBe(0xbeef);
      expect(message.flags).toBe(Flag.QR | Flag.AA | (flags & Flag.RD));
    }
  });
});

describe('names at their bounds', () => {
  const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
  const labels = [0, 63, 126, 189, 252].map((from) => everyByte.subarray(from, Math.min(from + 63, 256)));

  it('serves a zone of the root and labels of any bytes', () => {
    const escaped = labels.map((label) =>
      [...label].map((byte) => `\\${String(byte).padStart(3, '0')}`).join(''),
    );
    const root = new World({
      zones: {
        '.': `$TTL 9\n@ SOA a. a. 1 2 3 4 5\n@ NS a.\n${escaped.map((label, i) => `${label} A 10.0.0.${i}\n`).join('')}`,
      },
    });
    expect(root.say('.', 'NS')).toEqual(['NOERROR aa', '. 9 NS a.']);
    expect(root.say('.', 'A')).toEqual(['NOERROR aa', 'authority . 5 SOA a. a. 1 2 3 4 5']);
    expect(root.say('x.y', 'A')[0]).toBe('NXDOMAIN aa');
    for (const [i, label] of labels.entries()) {
      const message = readAnswer(root.send(packet({ name: Uint8Array.of(label.length, ...label, 0) })));
      expect([...message.answer[0]!.rdata]).toEqual([10, 0, 0, i]);
      const other = Uint8Array.of(label.length, ...label.map((byte) => byte ^ 0x80), 0);
      expect(rcodeName(readAnswer(root.send(packet({ name: other }))).rcode)).toBe('NXDOMAIN');
    }
  });

  it.each([
    ['127 labels', `${'a.'.repeat(127)}`],
    ['255 bytes', `${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(61)}.`],
  ])('answers for %s, exact and by wildcard', (_, text) => {
    expect(wireName(text)).toHaveLength(255);
    const rest = text.slice(text.indexOf('.') + 1);
    for (const owner of [text, `*.${rest}`, `*.${rest.split('.').slice(-2).join('.')}`]) {
      const root = new World({
        zones: { '.': `$TTL 9\n@ SOA a. a. 1 2 3 4 5\n@ NS b.\n${owner} A 10.0.0.1\n` },
      });
      expect(root.say(text)).toEqual(['NOERROR aa', `${text} 9 A 10.0.0.1`]);
    }
    const empty = new World({ zones: { '.': '$TTL 9\n@ SOA a. a. 1 2 3 4 5\n@ NS b.\n' } });
    expect(empty.say(text)[0]).toBe('NXDOMAIN aa');
    expect(world.say(text)).toEqual(['REFUSED']);
  });
});
