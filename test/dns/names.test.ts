import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as names from '../../src/dns/names.ts';
import { WireWriter } from '../../src/dns/wire.ts';
import { Words } from '../../src/dns/words.ts';
import { readName } from '../../src/dns/words-name.ts';
import { Tokenizer } from '../../src/zone/tokenizer.ts';

const { formatName, parseName } = names;

const read = (text: string, origin?: names.WireName) => {
  const result = parseName(text, origin);
  return result.ok ? Buffer.from(result.name).toString('hex') : result.reason;
};

const wire = (text: string) => {
  const result = parseName(text);
  if (!result.ok) throw new Error(result.reason);
  return result.name;
};

describe('names', () => {
  it.each([
    ['.', '00'],
    ['a.', '016100'],
    ['a', '016100'],
    ['aB.c', '026142016300'],
    ['\\065\\.\\\\.', '03412e5c00'],
    ['\\000\\255', '0200ff00'],
    ['*', '012a00'],
    ['', 'empty name'],
    ['..', 'empty label in ".."'],
    ['a..', 'empty label in "a.."'],
    ['.a', 'empty label in ".a"'],
    ['a\\', 'bad escape in "a\\\\"'],
    ['a\\25', 'bad escape in "a\\\\25"'],
    ['a\\256', 'bad escape in "a\\\\256"'],
    ['\u00e9', '"\u00e9" is not ASCII; write it in punycode'],
    ['\u4f8b', '"\u4f8b" is not ASCII; write it in punycode'],
    ['\\\u00e9', 'bad escape in "\\\\\u00e9"'],
    ['x'.repeat(64), `label longer than 63 bytes in "${'x'.repeat(64)}"`],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('take the origin when they are relative', () => {
    expect(read('@', wire('b.'))).toBe('016200');
    expect(read('a', wire('b.'))).toBe('0161016200');
    expect(read('a.', wire('b.'))).toBe('016100');
    expect(read('a\\.', wire('b.'))).toBe('02612e016200');
  });

  it('have at most 255 bytes', () => {
    const label = `${'x'.repeat(62)}.`;
    expect(read(label.repeat(4))).toHaveLength(2 * 253);
    expect(read(`${label.repeat(4)}a`)).toHaveLength(2 * 255);
    expect(read(`${label.repeat(4)}ab`)).toBe('name longer than 255 bytes');
    expect(read('ab', wire(label.repeat(4)))).toBe('name longer than 255 bytes');
  });

  it('compare by labels, case folded', () => {
    expect(names.isAtOrBelow(wire('a.Example.com.'), wire('example.COM.'))).toBe(true);
    expect(names.isAtOrBelow(wire('example.com.'), wire('example.com.'))).toBe(true);
    expect(names.isAtOrBelow(wire('evilexample.com.'), wire('example.com.'))).toBe(false);
    expect(names.isAtOrBelow(wire('com.'), wire('example.com.'))).toBe(false);
    expect(names.isAtOrBelow(wire('a.'), names.rootName)).toBe(true);
    // The bytes of the ancestor end the name, but not at a label boundary.
    expect(names.isAtOrBelow(wire('a\\003com.'), wire('com.'))).toBe(false);
  });

  const anyName = fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 7 })
    .map((labels) => Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]));

  it('read what they write, whatever their bytes', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(parseName(formatName(name))).toEqual({ ok: true, name });
        expect(formatName(name)).toMatch(/^[!-~]+$/);
      }),
    );
  });

  it('are read alike from a file, where plain ones are copied', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '.',
      '.',
      '-',
      '\\.',
      '\\065',
      '\\',
      '@',
      'x'.repeat(62),
      'x'.repeat(40),
    );
    const origin = wire('Origin.example.');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        const words = new Words(Buffer.from(text));
        words.origin = origin;
        new Tokenizer(words).next();
        // A backslash at the end is a fault of the line, before any name is read.
        if (words.fault !== undefined) return;
        const out = new WireWriter(255);
        readName(words, 'it', out);
        const { fault } = words as Words;
        const fromFile = fault?.message ?? out.bytes.slice(0, out.length);
        const result = parseName(text, origin);
        expect(fromFile).toEqual(result.ok ? result.name : `it: ${result.reason}`);
      }),
      { numRuns: 2000 },
    );
  });
});
