import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQuery, encodeStream, parseAnswer } from '../../bench/packets.ts';

describe('encodeQuery', () => {
  it('is what an independent decoder reads: name, type, client subnet of /24', () => {
    const decoded = packet.decode(encodeQuery({ name: 'n0001.bench.example', id: 77, client: 0xc6336407 }));
    expect(decoded.id).toBe(77);
    expect(decoded.questions).toEqual([{ name: 'n0001.bench.example', type: 'A', class: 'IN' }]);
    expect(decoded.additionals).toMatchObject([
      {
        type: 'OPT',
        udpPayloadSize: 1232,
        options: [{ code: 8, family: 1, sourcePrefixLength: 24, ip: '198.51.100.0' }],
      },
    ]);
  });

  it('leaves the option out without a client', () => {
    expect(packet.decode(encodeQuery({ name: 'a.example' })).additionals).toMatchObject([{ options: [] }]);
  });
});

describe('encodeStream', () => {
  it('puts the length of each message before it', () => {
    const stream = encodeStream([Buffer.alloc(3, 1), Buffer.alloc(300, 2)]);
    expect(stream.length).toBe(2 + 3 + 2 + 300);
    expect([stream.readUInt16BE(0), stream.readUInt16BE(5)]).toEqual([3, 300]);
  });
});

describe('parseAnswer', () => {
  it('finds the addresses behind other records', () => {
    const bytes = packet.encode({
      type: 'response',
      id: 5,
      questions: [{ name: 'a.example', type: 'A' }],
      answers: [
        { name: 'a.example', type: 'CNAME', data: 'b.example' },
        { name: 'b.example', type: 'A', data: '192.0.2.1' },
        { name: 'b.example', type: 'A', data: '192.0.2.2' },
      ],
    });
    expect(parseAnswer(bytes)).toEqual({ id: 5, rcode: 0, addresses: ['192.0.2.1', '192.0.2.2'] });
  });

  it('does not take a query for an answer', () => {
    expect(parseAnswer(encodeQuery({ name: 'a.example' }))).toBeUndefined();
  });

  it('throws for no bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (bytes.length > 2) bytes[2]! |= 0x80;
        parseAnswer(Buffer.from(bytes));
      }),
    );
  });
});
