import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { formatZone } from '../../src/zone/format.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { apex, header, loadText, problemsOf, recordsOf } from './load.ts';

describe('a hostile or broken file', () => {
  it.each<[string, string, string[]]>([
    [
      'NUL bytes',
      `${header}a A 192.0.2.1\0\0\nb A 192.0.2.1\0`,
      [
        'z:4:14: control character 000; write \\000 for it [ZONE_SYNTAX]',
        'z:5:14: control character 000; write \\000 for it [ZONE_SYNTAX]',
      ],
    ],
    [
      'a file of NUL bytes',
      '\0'.repeat(5000),
      ['z:1:1: control character 000; write \\000 for it [ZONE_SYNTAX]'],
    ],
    [
      'control characters in quotes',
      `${header}a TXT "\x1b[2J"`,
      ['z:4:8: control character 027; write \\027 for it [ZONE_SYNTAX]'],
    ],
    [
      'an escaped control character',
      `${header}a TXT \\\x07`,
      ['z:4:7: control character 007; write \\007 for it [ZONE_SYNTAX]'],
    ],
    [
      'DEL in a word',
      `${header}a TXT x\x7f`,
      ['z:4:8: control character 127; write \\127 for it [ZONE_SYNTAX]'],
    ],
    [
      'old Macintosh line ends',
      'a A 192.0.2.1\rb A 192.0.2.1\r',
      ['z:1:14: control character 013; write \\013 for it [ZONE_SYNTAX]'],
    ],
    [
      'a carriage return in quotes',
      `${header}a TXT "x\ry"`,
      ['z:4:7: a quote without its end on the same line [ZONE_SYNTAX]'],
    ],
    ['UTF-16', '\xff\xfe@\0 \0', ['z: the file is UTF-16; save it as UTF-8 [ZONE_READ]']],
    ['a backslash at the end', `${header}a TXT x\\`, ['z:4:8: a backslash ends the line [ZONE_SYNTAX]']],
    [
      'a quote at the end',
      `${header}a TXT "`,
      ['z:4:7: a quote without its end on the same line [ZONE_SYNTAX]'],
    ],
    [
      'terminal codes in a message',
      `${header}a TXT\x20x\n\xc2\x9b2J A 192.0.2.1`,
      ['z:5:1: the owner name: "\\u009b2J" is not ASCII; write it in punycode [ZONE_SYNTAX]'],
    ],
    [
      'nested parentheses',
      `${header}${'('.repeat(10_000)}`,
      ['z:4:2: "(" inside the parentheses opened on line 4 [ZONE_SYNTAX]'],
    ],
    [
      'a long owner',
      `${header}${'x'.repeat(1_000_000)} A 192.0.2.1`,
      [`z:4:1: the owner name: label longer than 63 bytes in "${'x'.repeat(77)}..." [ZONE_SYNTAX]`],
    ],
    [
      'a long string',
      `${header}a TXT "${'x'.repeat(1_000_000)}"`,
      ['z:4:7: the text is longer than 255 bytes [ZONE_SYNTAX]'],
    ],
    [
      'too many words',
      `${header}a TXT${' x'.repeat(limits.zoneEntryWords)}`,
      [`z:4:${2 * limits.zoneEntryWords + 3}: an entry has more words than an entry may have [ZONE_SYNTAX]`],
    ],
    [
      'an open parenthesis before many lines',
      `${header}a TXT (\n${'b TXT x\n'.repeat(21_900)}`,
      ['z:4:7: an entry, or a "(" that is not closed, has more words than an entry may have [ZONE_SYNTAX]'],
    ],
  ])('with %s is told', (_, text, expected) => {
    expect(problemsOf(text).filter((line) => !line.includes('stands on line'))).toEqual(expected);
  });

  it('of carriage returns costs no more than its length', () => {
    const started = performance.now();
    expect(problemsOf(`${'\r'.repeat(2_000_000)}x`)).toHaveLength(1);
    expect(recordsOf(`${header}${'\r'.repeat(2_000_000)}`)).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('with more faults than are told has the rest counted, errors before warnings', () => {
    const { zone, problems } = loadText(
      `${header}${'a 1 A 192.0.2.1\n'.repeat(300)}${'a A x\n'.repeat(150)}`,
    );
    expect(zone).toBeUndefined();
    expect(problems).toHaveLength(limits.problems + 1);
    expect(problems.every((problem) => problem.severity === 'error')).toBe(true);
    expect(problems.at(-1)!.message).toBe('349 more problems are not shown, 50 of them errors');
  });

  it('with more warnings than are told still loads', () => {
    const { zone, problems } = loadText(`${header}${'a 1 A 192.0.2.1\n'.repeat(300)}`);
    expect(zone!.records).toHaveLength(3);
    expect(problems.at(-1)).toMatchObject({ severity: 'warning', line: 0 });
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '\n',
      '\n',
      '\n',
      ' ',
      ' ',
      '\t',
      '\r\n',
      '(',
      ')',
      '"',
      '\\',
      ';',
      '@',
      '.',
      '\0',
      '\xff',
      '\xef\xbb\xbf',
    ],
    ...[
      '$TTL 1h',
      '$ORIGIN a',
      '$INCLUDE x',
      'IN',
      'CH',
      '300',
      'a',
      'b.',
      '*',
      'example.com.',
      '192.0.2.1',
      '10',
    ],
    ...[
      'A',
      'NS',
      'SOA',
      'CNAME',
      'DNAME',
      'MX',
      'TXT',
      'SRV',
      'HTTPS',
      'TYPE1',
      '\\#',
      '4',
      'c0000201',
      'alpn="h2"',
    ],
  );
  const lines = fc.array(pieces, { maxLength: 60 }).map((some) => some.join(' ').replaceAll(' \n ', '\n'));
  const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some).toString('latin1'));

  it('is read without a throw, its problems are bounded, and what loads survives writing and reading', () => {
    let loaded = 0;
    fc.assert(
      fc.property(fc.oneof(lines, bytes), fc.boolean(), (text, whole) => {
        const { zone, problems } = loadText(whole ? text : header + text);
        expect(problems.length).toBeLessThanOrEqual(limits.problems + 1);
        for (const problem of problems) expect(problem.message).toMatch(/^[^\n\r]+$/);
        if (zone === undefined) return;
        loaded++;
        const again = loadText(formatZone(zone));
        expect(again.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
        expect(formatZone(again.zone!)).toBe(formatZone(zone));
      }),
      { numRuns: 1500 },
    );
    expect(loaded).toBeGreaterThan(10);
  });

  it('changed in one place is still read without a throw', () => {
    const whole = `${header}a 60 IN A 192.0.2.1\n  AAAA 2001:db8::1\nb TXT ( "x y" ; c\n z )\nc HTTPS 1 . alpn="h2,h3"\nd CNAME a\n`;
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(8),
        fc.string({ unit: 'binary-ascii', maxLength: 3 }),
        (at, cut, put) => {
          const { zone, problems } = loadText(whole.slice(0, at) + put + whole.slice(at + cut));
          expect(zone === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is read the same from inline lines', () => {
    const text = `${header}a TXT (x\ny)\n`;
    const source = { lines: text.split('\n').map((line, i) => ({ text: line, line: 10 + i })) };
    expect(
      loadZone({ apex, file: 'c.yaml', source }).problems.map(({ line, column }) => [line, column]),
    ).toEqual([
      [13, 0],
      [14, 0],
    ]);
  });
});
