import { describe, expect, it } from 'vitest';
import { header, loadText, problemsOf, recordsOf, wireName } from './load.ts';

/** Records behind the three of the header. */
const body = (text: string) => recordsOf(header + text).slice(2);

describe('master file', () => {
  it('reads the form of RFC 1035 §5 and RFC 2308 §4', () => {
    const text = [
      '$ORIGIN example.com.',
      '$TTL 1h',
      '@ IN SOA ns1 hostmaster (',
      '    2026010101 ; serial',
      '    2h 30m 2w 300 )',
      '\tNS ns1 ; blank owner',
      'ns1 A 192.0.2.1',
      '    600 IN AAAA 2001:db8::1',
      'a IN 20 TXT "two words" three',
      'b CLASS1 A 192.0.2.2',
      '$ORIGIN sub',
      'c 0 CNAME d',
      '*.w MX 10 mail.example.net.',
    ].join('\n');
    expect(recordsOf(text)).toEqual([
      'example.com. 3600 IN NS ns1.example.com.',
      'example.com. 3600 IN SOA ns1.example.com. hostmaster.example.com. 2026010101 7200 1800 1209600 300',
      'ns1.example.com. 3600 IN A 192.0.2.1',
      'ns1.example.com. 600 IN AAAA 2001:db8::1',
      'a.example.com. 20 IN TXT "two words" "three"',
      'b.example.com. 3600 IN A 192.0.2.2',
      'c.sub.example.com. 0 IN CNAME d.sub.example.com.',
      '*.w.sub.example.com. 3600 IN MX 10 mail.example.net.',
    ]);
  });

  it.each<[string, string, string[]]>([
    ['a tab before the comment', 'a A 192.0.2.1\t;x\n', ['a.example.com. 300 IN A 192.0.2.1']],
    ['no final newline', 'a A 192.0.2.1', ['a.example.com. 300 IN A 192.0.2.1']],
    [
      'Windows line ends',
      'a A 192.0.2.1\r\n  A 192.0.2.2\r\n',
      ['A 192.0.2.1', 'A 192.0.2.2'].map((r) => `a.example.com. 300 IN ${r}`),
    ],
    ['doubled carriage returns', 'a A 192.0.2.1\r\r\n', ['a.example.com. 300 IN A 192.0.2.1']],
    ['lower case type and class', 'a in a 192.0.2.1', ['a.example.com. 300 IN A 192.0.2.1']],
    ['type as a number', 'a TYPE1 192.0.2.1', ['a.example.com. 300 IN A 192.0.2.1']],
    ['generic data', 'a A \\# 4 C000 0201', ['a.example.com. 300 IN A 192.0.2.1']],
    ['generic data in parentheses', 'a A \\# ( 4 C0\n 00 02\n01 )', ['a.example.com. 300 IN A 192.0.2.1']],
    ['an unknown type', 'a TYPE65280 \\# 2 0aFF', ['a.example.com. 300 IN TYPE65280 \\# 2 0AFF']],
    ['an unknown type without data', 'a TYPE65280 \\# 0', ['a.example.com. 300 IN TYPE65280 \\# 0']],
    ['parentheses without blanks', 'a MX(10\nm)', ['a.example.com. 300 IN MX 10 m.example.com.']],
    ['adjacent strings', 'a TXT "x""y"z', ['a.example.com. 300 IN TXT "x" "y" "z"']],
    ['specials in quotes', 'a TXT "a;b(c)d" ; e', ['a.example.com. 300 IN TXT "a;b(c)d"']],
    [
      'escapes in strings',
      'a TXT \\"\\065\\ b\\\\ "\\000\\""',
      ['a.example.com. 300 IN TXT "\\"A b\\\\" "\\000\\""'],
    ],
    ['escapes in names', 'a\\.b\\032\\064 A 192.0.2.1', ['a\\.b\\032\\@.example.com. 300 IN A 192.0.2.1']],
    ['bytes above ASCII in strings', 'a TXT "\xc3\xa9"', ['a.example.com. 300 IN TXT "\\195\\169"']],
    ['an empty string', 'a TXT ""', ['a.example.com. 300 IN TXT ""']],
    ['255 bytes', `a TXT ${'x'.repeat(255)}`, [`a.example.com. 300 IN TXT "${'x'.repeat(255)}"`]],
    ['an owner that looks like a type', 'mx A 192.0.2.1', ['mx.example.com. 300 IN A 192.0.2.1']],
    ['an owner that looks like a class', 'IN IN A 192.0.2.1', ['IN.example.com. 300 IN A 192.0.2.1']],
    ['empty lines and comments', '\n;\n \t; x\n\na A 192.0.2.1\n\n', ['a.example.com. 300 IN A 192.0.2.1']],
    ['empty parentheses', '()\n( ; x\n)\na A 192.0.2.1', ['a.example.com. 300 IN A 192.0.2.1']],
  ])('reads %s', (_, text, expected) => {
    expect(body(text)).toEqual(expected);
  });

  it('keeps the case of names', () => {
    const { zone } = loadText(`${header}Www CNAME Target.Example.NET.\n`);
    expect(zone!.records.at(-1)!.owner).toEqual(wireName('Www.example.com.'));
    expect(zone!.records.at(-1)!.rdata).toEqual(wireName('Target.Example.NET.'));
  });

  it('passes over a byte order mark', () => {
    expect(recordsOf(`\xef\xbb\xbf${header}`)).toHaveLength(2);
  });

  it('tells all faults at once', () => {
    expect(problemsOf(`${header}a A 192.0.2\nb MX x m\nc A 192.0.2.1\n`)).toEqual([
      'z:4:5: "192.0.2" is not an IPv4 address such as 192.0.2.1 [ZONE_SYNTAX]',
      'z:5:6: the preference "x" is not a number from 0 to 65535 [ZONE_SYNTAX]',
    ]);
  });
});
