import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZone } from '../../src/zone/format.ts';
import type { Zone } from '../../src/zone/record.ts';
import { rdataCases } from '../dns/rdata-cases.ts';
import { header, loadText } from './load.ts';

describe('a zone written as text', () => {
  it('stands in canonical order (RFC 4034 §6.1), the SOA first', () => {
    const names = ['z', 'A', '*.z', 'yljkjljk.a', 'Z.a', 'zABC.a', '\\001.z', '\\200.z', '@'];
    const { zone } = loadText(header + names.map((name) => `${name} TXT x\n`).join(''));
    const lines = formatZone(zone!).split('\n');
    const fields = lines.slice(0, -1).map((line) => line.split('\t'));
    expect(fields.map(([owner, , , type]) => `${owner} ${type}`)).toEqual([
      'example.com. SOA',
      'example.com. NS',
      'example.com. TXT',
      'A.example.com. TXT',
      'yljkjljk.a.example.com. TXT',
      'Z.a.example.com. TXT',
      'zABC.a.example.com. TXT',
      'z.example.com. TXT',
      '\\001.z.example.com. TXT',
      '*.z.example.com. TXT',
      '\\200.z.example.com. TXT',
    ]);
  });

  it('loads as the same zone', () => {
    const cases = rdataCases.filter(([type]) => !['SOA', 'NS', 'CNAME', 'DNAME'].includes(type));
    const label = fc
      .stringMatching(/^([a-zA-Z0-9*_-]|\\\.|\\\d\d[0-9]){1,8}$/)
      .filter((text) => !/\\[3-9]|\\2[5-9]/.test(text));
    const record = fc.tuple(label, fc.nat(2 ** 31 - 1), fc.constantFrom(...cases));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        const text = records.map(
          ([owner, ttl, [type, data]]) => `${owner} ${ttl} ${type} ${data.replaceAll('\n', ' ')}\n`,
        );
        const { zone } = loadText(header + text.join(''));
        const again = loadText(formatZone(zone!));
        expect(again.problems).toEqual([]);
        expect(contents(again.zone!)).toEqual(contents(zone!));
        expect(formatZone(again.zone!)).toBe(formatZone(zone!));
      }),
      { numRuns: 150 },
    );
  });
});

/** Owner, type, TTL and data of every record, byte by byte. */
function contents(zone: Zone): string[] {
  return zone.records
    .map(
      (one) =>
        `${Buffer.from(one.owner).toString('hex')} ${one.type} ${one.ttlSeconds} ${Buffer.from(one.rdata).toString('hex')}`,
    )
    .sort();
}
