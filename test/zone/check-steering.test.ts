import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/runtime/problem.ts';
import { checkSteering } from '../../src/zone/check-steering.ts';
import { header, loadText, problemsOf, wireName } from './load.ts';

const zone = loadText(
  `${header}@ TXT static
a A 192.0.2.1
b AAAA 2001:db8::1
c CNAME a
*.w CNAME a
sub NS ns.example.net.
sub DS 1 8 1 2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B
dn DNAME example.net.
mx MX 10 a
below.mx HTTPS 1 .
`,
).zone!;

const check = (...names: string[]) =>
  checkSteering(
    zone,
    names.map((name, i) => ({ owner: wireName(name), line: 10 + i, column: 5, types: [1, 28] })),
    'c.yaml',
  ).map(formatProblem);

describe('steered names', () => {
  it('may be the apex, wildcards, new names, and names with records of other types', () => {
    const names = [
      'example.com.',
      '*.example.com.',
      'new.x.example.com.',
      'mx.example.com.',
      'Below.MX.example.com.',
    ];
    expect(check(...names, 'dn.example.com.', '*.w2.example.com.', 'x.w.example.com.')).toEqual([]);
  });

  it.each([
    ['a.example.com.', 'a.example.com. is steered, but has A in z:5'],
    ['B.EXAMPLE.com.', 'B.EXAMPLE.com. is steered, but has AAAA in z:6'],
    ['c.example.com.', 'c.example.com. is steered, but has CNAME in z:7'],
    ['*.w.example.com.', '*.w.example.com. is steered, but has CNAME in z:8'],
    ['sub.example.com.', 'sub.example.com. is steered, but hidden by NS in z:9'],
    ['x.y.sub.example.com.', 'x.y.sub.example.com. is steered, but hidden by NS in z:9'],
    ['x.dn.example.com.', 'x.dn.example.com. is steered, but hidden by DNAME in z:11'],
    ['evilexample.com.', 'evilexample.com. is outside the zone example.com.'],
    ['com.', 'com. is outside the zone example.com.'],
  ])('%s clashes', (name, message) => {
    expect(check(name)).toEqual([`c.yaml:10:5: ${message} [ZONE_STEER]`]);
  });

  it('stand once', () => {
    expect(check('n.example.com.', 'N.example.com.', 'n.example.com.')).toEqual([
      'c.yaml:11:5: N.example.com. is steered on line 10 already [ZONE_STEER]',
      'c.yaml:12:5: n.example.com. is steered on line 10 already [ZONE_STEER]',
    ]);
  });

  it('count as addresses of name servers', () => {
    const text = `${header}@ NS gtm\n`;
    expect(problemsOf(text)).toHaveLength(1);
    expect(problemsOf(text, { steered: [wireName('GTM.example.com.')] })).toEqual([]);
  });
});
