import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { configOf, loadText, problemsOf } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: z } ]';
const empty = 'the file: found nothing, wanted a mapping with at least `zones` [CONFIG_VALUE]';

const cases: [string, string, string[]][] = [
  ['an empty file', '', [`1:1: ${empty}`]],
  ['comments alone', '# nothing\n', [`1:1: ${empty}`]],
  [
    'a list',
    '- 1',
    ['1:1: the file: found a list of 1, wanted a mapping with at least `zones` [CONFIG_VALUE]'],
  ],
  [
    'a word',
    '  zones',
    ['1:3: the file: found "zones", wanted a mapping with at least `zones` [CONFIG_VALUE]'],
  ],
  [
    'a second document',
    `${zones}\n---\n${zones}\n`,
    ['2:1: a second document starts here; wanted one document a file [CONFIG_SYNTAX]'],
  ],
  ['a tab', 'listen:\n\thttp: off', ['2:1: tabs are not allowed as indentation [CONFIG_SYNTAX]']],
  [
    'an open bracket',
    'zones: [ { name: a',
    [
      '1:19: flow map in block collection must be sufficiently indented and end with a } [CONFIG_SYNTAX]',
      '1:19: flow sequence in block collection must be sufficiently indented and end with a ] [CONFIG_SYNTAX]',
    ],
  ],
  ['an unknown anchor', 'zones: *z', ['1:8: alias `*z` refers to no anchor before it [CONFIG_SYNTAX]']],
  [
    'an alias of itself',
    'zones: &z [ *z ]',
    ['1:13: alias `*z` stands inside its own anchor [CONFIG_SYNTAX]'],
  ],
  ['a character that cannot be shown', '|\r', ['1:2: not a YAML token: � [CONFIG_SYNTAX]']],
  ['a tag', `geo: !fast {}\n${zones}`, ['1:6: unresolved tag: !fast [CONFIG_SYNTAX]']],
  ['a key that is a list', `? [ a ]\n: 1\n${zones}`, ['1:3: a key must be plain text [CONFIG_SYNTAX]']],
  [
    'a key twice',
    `listen:\n  http: off\n  http: "127.0.0.1:1"\n${zones}`,
    ['3:3: key `http` stands here again; first on line 2 [CONFIG_DUPLICATE]'],
  ],
  ['a prototype', `${zones}\n__proto__: { a: 1 }`, ['2:1: key `__proto__` cannot be used [CONFIG_KEY]']],
  [
    'a merge key',
    `node: &n { name: a }\nlisten: { <<: *n }\n${zones}`,
    ['2:11: merge keys (`<<`) are not supported; write the keys out [CONFIG_KEY]'],
  ],
  ['a control character', 'node: "a\u0007"', ['1:9: control character U+0007 [CONFIG_SYNTAX]']],
  [
    'an infinite number',
    `regions: { a: { location: [ 1e999, .nan ] } }\n${zones}`,
    [
      '1:29: `location[0]`: found Infinity, wanted a latitude from -90 to 90 [CONFIG_VALUE]',
      '1:36: `location[1]`: found NaN, wanted a longitude from -180 to 180 [CONFIG_VALUE]',
    ],
  ],
];

describe('YAML', () => {
  it.each(cases)('tells of %s', (_title, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  it('takes words of YAML 1.1 for words', () => {
    for (const directive of ['', '%YAML 1.1\n---\n']) {
      const { node, listen } = configOf(`${directive}node: { name: yes }\nlisten: { http: off }\n${zones}`);
      expect([node.name, listen.http]).toEqual(['yes', undefined]);
    }
  });

  it('takes aliases for what they stand for', () => {
    const { regions } = configOf(`regions: { a: &a { location: [ 1, 2 ] }, b: *a }\n${zones}`);
    expect(regions.map(({ name, latitude }) => [name, latitude])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('follows an anchor that is defined anew, and not again where an alias repeats it', () => {
    const yaml = `regions:
  a: &x { location: &y [ 1, 1 ] }
  b: { location: &y [ 2, 2 ] }
  c: *x
  d: { location: *y }
${zones}`;
    expect(configOf(yaml).regions.map(({ latitude }) => latitude)).toEqual([1, 2, 1, 2]);
  });

  it('places a fault that aliases repeat once, where it was written', () => {
    expect(problemsOf(`regions:\n  a: &a { location: 5 }\n  b: *a\n${zones}`)).toEqual([
      '2:21: `location`: found 5, wanted a list of latitude and longitude, such as [ 50.11, 8.68 ] [CONFIG_VALUE]',
    ]);
  });

  it('bounds what aliases expand to', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i}: &l${i} [ ${`*l${i - 1}, `.repeat(i && 10)} 1 ]`,
    );
    expect(problemsOf(levels.join('\n'))).toEqual([
      expect.stringMatching(/^\d+:\d+: aliases expand to more than 100000 values \[CONFIG_SYNTAX\]$/),
    ]);
  });

  it('bounds nesting, which would end the process in the parser', () => {
    for (const opening of ['[', '{ a: ', '- ', '? ']) {
      expect(problemsOf(opening.repeat(100_000))).toContainEqual(
        expect.stringMatching(/: nested deeper than 64 levels \[CONFIG_SYNTAX\]$/),
      );
    }
  });

  it('tells where the text is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('# é\nnode: { name: a'), Buffer.of(0xff), Buffer.from(' }\n')]);
    expect(problemsOf(bytes)).toEqual(['2:16: not UTF-8; save the file in that encoding [CONFIG_SYNTAX]']);
  });

  it('drops a byte order mark and reads lines that end in CR LF', () => {
    expect(problemsOf(`\ufeffnodes: 1\r\n${zones}\r\n`)).toEqual([
      '1:1: unknown key `nodes`; did you mean `node`? [CONFIG_KEY]',
    ]);
  });

  it('shows nothing of the file that could move a terminal', () => {
    expect(problemsOf(`"a\\e[31m\\u202e": 1\n${zones}`)[0]).toMatch(
      /^1:1: unknown key `a\\u\{1b\}\[31m\\u\{202e\}`;/,
    );
  });

  it('keeps the first problems and counts the rest', () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1\n`).join('');
    const { problems, omitted, config } = loadText(keys + zones);
    expect([problems.length, omitted, config]).toEqual([limits.problems, 5_000 - limits.problems, undefined]);
  });
});
