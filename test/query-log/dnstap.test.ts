import packet from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { Transport } from '../../src/query/source.ts';
import { Dnstap } from '../../src/query-log/dnstap.ts';
import type { Addresses } from '../../src/query-log/privacy.ts';
import type { LogRecord } from '../../src/query-log/record.ts';
import { limits } from '../../src/runtime/limits.ts';
import { names, recordOf } from './records.ts';

type Value = number | Buffer;

/** Fields of a protocol buffer by number, read by the letter of its specification. */
function fieldsOf(bytes: Buffer): Map<number, Value> {
  const fields = new Map<number, Value>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = tag >>> 3;
    expect(fields.has(field)).toBe(false);
    if ((tag & 7) === 0) fields.set(field, varint());
    else if ((tag & 7) === 5) {
      fields.set(field, bytes.readUInt32LE(at));
      at += 4;
    } else if ((tag & 7) === 2) {
      const length = varint();
      fields.set(field, bytes.subarray(at, at + length));
      at += length;
    } else throw new Error(`wire type ${tag & 7}`);
  }
  expect(at).toBe(bytes.length);
  return fields;
}

function write(record: LogRecord, addresses: Addresses = 'cut') {
  const out = Buffer.alloc(limits.queryLogRecordBytes);
  const end = new Dnstap(names, addresses, { name: 'gtm-1', version: '1.2.3' }).write(record, out, 0);
  expect(out.readUInt32BE(0)).toBe(end - 4);
  const frame = fieldsOf(out.subarray(4, end));
  const message = fieldsOf(frame.get(14) as Buffer);
  return { bytes: out.subarray(0, end), frame, message, dns: packet.decode(message.get(14) as Buffer) };
}

describe('Dnstap', () => {
  it('writes one AUTH_RESPONSE for each record', () => {
    const { frame, message } = write(recordOf());
    expect(String(frame.get(1))).toBe('gtm-1');
    expect(String(frame.get(2))).toBe('meridian 1.2.3');
    expect(frame.get(15)).toBe(1);
    expect(JSON.parse(String(frame.get(3)))).toEqual({
      size: 72,
      policy: 'app',
      region: 'eu-west',
      generation: 7,
    });
    const seconds = Date.UTC(2026, 2, 1, 12) / 1_000;
    expect([...message].filter(([, value]) => typeof value === 'number')).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
      [8, seconds],
      [9, 123_000_000],
      [12, seconds],
      [13, 123_000_000],
    ]);
    expect([...(message.get(4) as Buffer)]).toEqual([192, 0, 2, 0]);
  });

  it.each([
    ['UDP', Transport.UDP, 1],
    ['TCP', Transport.TCP, 2],
    ['DOT', Transport.TLS, 3],
  ])('says %s for transport %i', (_name, transport, protocol) => {
    expect(write(recordOf({ fields: { transport } })).message.get(3)).toBe(protocol);
  });

  it('writes a message made anew: header, question, OPT, client subnet', () => {
    const { dns } = write(recordOf({ subnet: '198.51.100.200/32', fields: { rcode: 3, dnssecOk: true } }));
    expect(dns).toMatchObject({
      id: 0x1234,
      type: 'response',
      rcode: 'NXDOMAIN',
      flag_aa: true,
      flag_rd: true,
      flag_tc: false,
      questions: [{ name: 'App.example.com', type: 'A', class: 'IN' }],
      answers: [],
      authorities: [],
      additionals: [
        {
          type: 'OPT',
          udpPayloadSize: 1_232,
          flag_do: true,
          options: [
            { code: 8, family: 1, sourcePrefixLength: 24, scopePrefixLength: 20, ip: '198.51.100.0' },
          ],
        },
      ],
    });
  });

  it('carries extended response codes in the OPT record', () => {
    const { dns } = write(recordOf({ fields: { edns: true, udpBytes: 512, rcode: 16 } }));
    expect(dns.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }]);
  });

  it('holds nothing of a cut address but its prefix', () => {
    const { bytes, message } = write(
      recordOf({ client: '2001:db8:1122:3344:5566:7788:99aa:bbcc', subnet: '2001:db8:1:2fe:dcba::/80' }),
    );
    expect((message.get(4) as Buffer).toString('hex')).toBe(`20010db8112233${'00'.repeat(9)}`);
    expect(message.has(6)).toBe(false);
    const hex = bytes.toString('hex');
    for (const secret of ['3344', '5566', '99aabbcc', '02fe', 'dcba']) expect(hex).not.toContain(secret);
  });

  it('holds address, port and subnet whole when told to', () => {
    const { message, dns } = write(recordOf({ subnet: '198.51.100.200/32' }), 'full');
    expect([...(message.get(4) as Buffer)]).toEqual([192, 0, 2, 77]);
    expect(message.get(6)).toBe(5_353);
    expect(dns.additionals).toMatchObject([{ options: [{ sourcePrefixLength: 32, ip: '198.51.100.200' }] }]);
  });

  it('writes a header alone for a query without a question', () => {
    const { dns, message } = write(recordOf({ name: '', fields: { rcode: 1 } }));
    expect(dns).toMatchObject({ rcode: 'FORMERR', questions: [] });
    expect((message.get(14) as Buffer).length).toBe(12);
  });

  it('has room for the longest name and options', () => {
    const name = `${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(61)}.`;
    const { dns } = write(recordOf({ name, subnet: 'fe80::1/128', client: 'fe80::1' }), 'full');
    expect(dns.questions?.[0]?.name).toBe(name.slice(0, -1));
  });
});
