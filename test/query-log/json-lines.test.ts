import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { JsonLines } from '../../src/query-log/json-lines.ts';
import type { Addresses } from '../../src/query-log/privacy.ts';
import type { LogRecord } from '../../src/query-log/record.ts';
import { limits } from '../../src/runtime/limits.ts';
import { names, recordOf } from './records.ts';

/** What a reader of the log may count on. */
const line = z.strictObject({
  time: z.iso.datetime({ precision: 3 }),
  transport: z.enum(['udp', 'tcp']),
  client: z.string(),
  port: z.int().min(0).max(65_535).optional(),
  name: z.string().nullable(),
  type: z.string().nullable(),
  class: z.string().nullable(),
  rcode: z.string(),
  flags: z.array(z.enum(['aa', 'tc', 'rd', 'ad', 'cd'])),
  size: z.int().min(0).max(65_535),
  udpSize: z.int().min(512).max(65_535).optional(),
  do: z.boolean().optional(),
  subnet: z.string().optional(),
  scope: z.int().min(0).max(128).optional(),
  policy: z.string().optional(),
  region: z.string().optional(),
  generation: z.int().min(0),
});

function write(record: LogRecord, addresses: Addresses = 'cut'): string {
  const out = Buffer.alloc(limits.queryLogRecordBytes + 7);
  const end = new JsonLines(names, addresses).write(record, out, 7);
  return out.subarray(7, end).toString('utf8');
}

describe('JsonLines', () => {
  it('writes a line that ends in a line feed, of the shape that the manual tells', () => {
    const text = write(recordOf({ subnet: '198.51.100.200/32' }));
    expect(text.endsWith('}\n')).toBe(true);
    expect(line.parse(JSON.parse(text))).toEqual({
      time: '2026-03-01T12:00:00.123Z',
      transport: 'udp',
      client: '192.0.2.0/24',
      name: 'App.example.com.',
      type: 'A',
      class: 'IN',
      rcode: 'NOERROR',
      flags: ['aa', 'rd'],
      size: 72,
      udpSize: 1_232,
      do: false,
      subnet: '198.51.100.0/24',
      scope: 20,
      policy: 'app',
      region: 'eu-west',
      generation: 7,
    });
  });

  it.each([
    { addresses: 'cut' as const, shown: { client: '192.0.2.0/24', subnet: '2001:db8:1:200::/56' } },
    {
      addresses: 'full' as const,
      shown: { client: '192.0.2.77', port: 5_353, subnet: '2001:db8:1:234:5678::/80' },
    },
  ])('with addresses $addresses shows of the client what it may', ({ addresses, shown }) => {
    const value = line.parse(JSON.parse(write(recordOf({ subnet: '2001:db8:1:234:5678::/80' }), addresses)));
    expect(value).toMatchObject(shown);
    expect(value.port).toBe(addresses === 'full' ? 5_353 : undefined);
  });

  it('leaves a subnet that is short enough as it is', () => {
    expect(JSON.parse(write(recordOf({ subnet: '198.48.0.0/12' }))).subnet).toBe('198.48.0.0/12');
    expect(JSON.parse(write(recordOf({ subnet: '0.0.0.0/0' }))).subnet).toBe('0.0.0.0/0');
  });

  it('says null for what a query without a question does not have', () => {
    expect(JSON.parse(write(recordOf({ name: '', fields: { rcode: 1 } })))).toMatchObject({
      name: null,
      type: null,
      class: null,
      rcode: 'FORMERR',
    });
  });

  it.each([
    { generation: 4, policy: 0, region: 0, expected: ['old', 'nowhere'] },
    { generation: 5, policy: 1, region: 0, expected: ['api', 'us-east'] },
    { generation: 900, policy: 0, region: 1, expected: ['app', 'eu-west'] },
    { generation: 0, policy: 0, region: 1, expected: [undefined, undefined] },
    { generation: 5, policy: 0, region: -1, expected: ['app', undefined] },
    { generation: 5, policy: -1, region: -1, expected: [undefined, undefined] },
  ])('reads indexes by the config of generation $generation', ({ expected, ...fields }) => {
    const value = JSON.parse(write(recordOf({ fields })));
    expect([value.policy, value.region]).toEqual(expected);
  });

  it('keeps the shape, the room and one line for whatever was asked', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
    const fields = fc.record({
      type: fc.nat(0xffff),
      class: fc.nat(0xffff),
      rcode: fc.nat(0xfff),
      flags: fc.nat(0xffff),
      answerBytes: fc.nat(0xffff),
      policy: fc.integer({ min: -1, max: 5 }),
      edns: fc.boolean(),
      dnssecOk: fc.boolean(),
      udpBytes: fc.integer({ min: 512, max: 0xffff }),
    });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 4 }), fields, fc.ipV6(), (labels, some, client) => {
        if (client.includes('.')) return;
        const record = recordOf({ client, fields: some });
        const wire = Buffer.concat([
          ...labels.flatMap((each) => [Buffer.of(each.length), each]),
          Buffer.of(0),
        ]);
        if (wire.length > limits.nameBytes) return;
        record.name.set(wire);
        record.nameLength = wire.length;
        const text = write(record);
        line.parse(JSON.parse(text));
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(/^[\x20-\x7e]*\n$/.test(text)).toBe(true);
      }),
    );
  });

  it('fits a name of 255 bytes that all need an escape', () => {
    const record = recordOf();
    record.name.fill(7);
    for (const at of [0, 64, 128, 192]) record.name[at] = 63;
    record.name[192] = 61;
    record.name[254] = 0;
    record.nameLength = 255;
    expect(write(record).length).toBeLessThan(limits.queryLogRecordBytes / 2);
  });
});
