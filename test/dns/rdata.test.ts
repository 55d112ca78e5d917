import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RrType } from '../../src/dns/constants.ts';
import { formatRdata } from '../../src/dns/rdata.ts';
import { faultCases, rdataCases } from './rdata-cases.ts';
import { readHex, readRdata } from './read-rdata.ts';

const plainHex = (text: string) => text.replaceAll(' ', '').toLowerCase();
const types = [...new Set(rdataCases.map(([type]) => RrType[type]))];

describe('record data', () => {
  for (const [type, text, hex, canonical = text] of rdataCases) {
    it(`${type} ${text}`, () => {
      const data = plainHex(hex);
      expect(readHex(RrType[type], text)).toBe(data);
      expect(formatRdata(RrType[type], Buffer.from(data, 'hex'))).toBe(canonical);
      expect(readHex(RrType[type], canonical)).toBe(data);
      expect(readHex(RrType[type], `\\# ${data.length / 2} ${data}`)).toBe(data);
    });
  }

  for (const [type, text, message] of faultCases) {
    it(`${type} ${text.slice(0, 60)} is refused`, () => {
      const fault = readRdata(RrType[type], text);
      if (typeof message === 'string') expect(fault).toBe(message);
      else expect(fault).toMatch(message);
    });
  }

  it('has a case for every type with a name that zones may hold', () => {
    const queryTypes: number[] = [RrType.OPT, RrType.TKEY, RrType.TSIG, RrType.IXFR, RrType.AXFR, RrType.ANY];
    const wanted = Object.values(RrType).filter((type) => !queryTypes.includes(type));
    expect(wanted.filter((type) => !types.includes(type))).toEqual([]);
  });

  it('asks for the generic form of types without a layout', () => {
    expect(readRdata(65280, 'x')).toBe('TYPE65280 needs its data as \\# length hex');
    expect(readRdata(65280, '')).toBe('TYPE65280 needs its data as \\# length hex');
    expect(readHex(65280, '\\# 3 01 0203')).toBe('010203');
    expect(formatRdata(65280, Buffer.from('010203', 'hex'))).toBe('\\# 3 010203');
  });
});

describe('record data, any bytes', () => {
  /** Bytes near those of a case: one cut, changed or longer. */
  const nearby = fc
    .tuple(
      fc.constantFrom(...rdataCases),
      fc.nat(),
      fc.nat(255),
      fc.constantFrom('set', 'cut', 'add', 'swap'),
    )
    .map(([[type, , hex], at, byte, how]) => {
      const data = Buffer.from(plainHex(hex), 'hex');
      const place = at % (data.length + 1);
      if (how === 'cut') return [RrType[type], data.subarray(0, place)] as const;
      if (how === 'add')
        return [
          RrType[type],
          Buffer.concat([data.subarray(0, place), Buffer.of(byte), data.subarray(place)]),
        ] as const;
      if (how === 'set' && place < data.length) data[place] = byte;
      else data.reverse();
      return [RrType[type], data] as const;
    });
  const anything = fc.tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 300 }));

  it('have a text, and what is not in the generic form reads back as the same bytes', () => {
    fc.assert(
      fc.property(fc.oneof(nearby, anything), ([type, data]) => {
        const text = formatRdata(type, data);
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        const read = readRdata(type, text);
        if (!text.startsWith('\\#')) expect(Buffer.from(read as Uint8Array)).toEqual(Buffer.from(data));
        else
          expect(read, 'the generic form is for data that does not fit the type').toMatch(
            /is not that of|odd|not hex/,
          );
      }),
      { numRuns: 3000 },
    );
  });

  it('never make the text reader throw or overrun', () => {
    const word = fc.oneof(
      fc.constantFrom('\\#', '0', '1', '"', '\\', 'a.', '@', '(', ')', ';', '=', 'alpn="', 'key1=', '-', 'A'),
      fc.string({ unit: 'binary-ascii', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(word, { maxLength: 12 }), (type, words) => {
        const read = readRdata(type, words.join(' '));
        if (typeof read !== 'string') expect(readRdata(type, formatRdata(type, read))).toEqual(read);
      }),
      { numRuns: 3000 },
    );
  });
});
