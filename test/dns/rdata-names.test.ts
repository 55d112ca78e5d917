import { describe, expect, it } from 'vitest';
import { RrType } from '../../src/dns/constants.ts';
import { rdataNameLayout } from '../../src/dns/rdata-names.ts';
import { rdataCases } from './rdata-cases.ts';
import { readRdata } from './read-rdata.ts';

describe('names in record data', () => {
  for (const [type, text] of rdataCases) {
    it(`of ${type} ${text} stand where the table says`, () => {
      // A relative name takes the origin: its text in the data shows where names are.
      const data = readRdata(RrType[type], text) as Uint8Array;
      const { prefixBytes, names } = rdataNameLayout(RrType[type]);
      let at = prefixBytes;
      for (let i = 0; i < names; i++) {
        while (data[at]! > 0) at += data[at]! + 1;
        at++;
      }
      expect(at).toBeLessThanOrEqual(data.length);
      const outside = Buffer.concat([data.subarray(0, prefixBytes), data.subarray(at)]).toString('latin1');
      expect(outside.toLowerCase().includes('\x07example\x03com\0')).toBe(false);
    });
  }

  it('may be compressed in the types of RFC 1035 only (RFC 3597 §4)', () => {
    const compressed = Object.entries(RrType).filter(([, type]) => rdataNameLayout(type).compress);
    expect(compressed.map(([name]) => name).sort()).toEqual(['CNAME', 'MX', 'NS', 'PTR', 'SOA']);
    expect(rdataNameLayout(65280)).toEqual({ prefixBytes: 0, names: 0, compress: false });
  });
});
