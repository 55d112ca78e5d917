import { describe, expect, it } from 'vitest';
import { encodePointer } from '../../geodb/mmdb-writer.ts';
import { Malformed, MemoryBytes } from '../../src/geo/bytes.ts';
import { DataSection } from '../../src/geo/data-section.ts';
import { limits } from '../../src/runtime/limits.ts';

/** A section that begins at byte 5 of its file, with parts at offsets of the section. */
function section(length: number, parts: Record<number, readonly number[]>): DataSection {
  const bytes = new Uint8Array(5 + length);
  for (const [offset, part] of Object.entries(parts)) bytes.set(part, 5 + Number(offset));
  const data = new DataSection(new MemoryBytes(bytes), 5, 5 + length);
  data.begin();
  return data;
}

const ab = [0x42, 0x61, 0x62];

describe('DataSection.text', () => {
  it.each([3, 2047, 2048, 526_335, 526_336, 700_000])('follows a pointer to offset %i', (target) => {
    expect(section(target + 3, { 0: encodePointer(target), [target]: ab }).text(5)).toBe('ab');
  });

  it('follows a pointer of four bytes, which counts from zero', () => {
    expect(section(20, { 0: [0x38, 0, 0, 0, 9], 9: ab }).text(5)).toBe('ab');
  });

  it('reads no more than it must of a long text', () => {
    expect(section(400, { 0: [0x5d, 255 - 29 + 20, ...Array(375).fill(0x61)] }).text(5)).toBe(
      'a'.repeat(256),
    );
  });

  it.each([
    ['outside the section', [0x20, 200]],
    ['to a pointer', [0x20, 0]],
    ['that is cut off', [0x38, 0]],
  ])('refuses a pointer %s', (_, bytes) => {
    expect(() => section(bytes.length, { 0: bytes }).text(5)).toThrow(Malformed);
  });
});

describe('DataSection.skip', () => {
  it.each([
    ['a text of 28 bytes', [0x5c], 28],
    ['a text of 29 + 3 bytes', [0x5d, 3], 32],
    ['a text of 285 + 258 bytes', [0x5e, 1, 2], 543],
    ['a text of 65 821 + 65 536 bytes', [0x5f, 1, 0, 0], 131_357],
    ['a boolean', [0x01, 7], 0],
    ['a map of a text and a pointer', [0xe1, 0x42, 0x61, 0x62, 0x20, 9], 0],
    ['an array of two arrays', [0x02, 4, 0x00, 4, 0x01, 4, 0x41], 1],
    ['a 128-bit integer', [0x10, 3], 16],
  ])('steps over %s', (_, head, payload) => {
    expect(section(head.length + payload, { 0: head }).skip(5)).toBe(5 + head.length + payload);
  });

  it('stops after its budget of values', () => {
    const data = section(100_000, { 0: [0xff, 0, 0x10, 0] });
    expect(() => data.skip(5)).toThrow(`more than ${limits.geoRecordValues} values`);
  });
});

describe('DataSection.number', () => {
  it.each([
    ['double', [0x68, 0xc0, 0x40, 0, 0, 0, 0, 0, 0], -32],
    ['float', [0x04, 8, 0x42, 0x48, 0, 0], 50],
    ['uint16', [0xa1, 200], 200],
    ['uint32', [0xc4, 0xff, 0xff, 0xff, 0xff], 4_294_967_295],
    ['int32', [0x04, 1, 0xff, 0xff, 0xff, 0xfe], -2],
    ['short int32', [0x01, 1, 0xfe], 254],
    ['zero without a byte', [0xa0], 0],
    ['uint64', [0x05, 2, 1, 0, 0, 0, 0], 4_294_967_296],
    ['a text, which is none', ab, Number.NaN],
    ['a double of four bytes, which is none', [0x64, 0, 0, 0, 0], Number.NaN],
  ])('reads %s', (_, bytes, expected) => {
    expect(section(bytes.length, { 0: bytes }).number(5)).toBe(expected);
  });
});
