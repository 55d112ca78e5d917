import { expect, it } from 'vitest';
import { problemsOf } from './load-text.ts';

const pool = (name: string, host: string) =>
  `  ${name}: { endpoints: [ { name: e, region: a, host: ${host} }, { name: f, region: a, host: cdn.test } ] }\n`;
const text = (one: string, two: string, steer: string) => `regions: { a: { location: [ 0, 0 ] } }
pools:
${pool('one', one)}${pool('two', two)}policies:
  one: { type: nearest, pool: one }
  two: { type: nearest, pool: two }
zones: [ { name: example.com, file: z, steer: { ${steer} } } ]
`;
const tail = 'name where they are served [CONFIG_VALUE]';

it.each<[string, string, string, string, string[]]>([
  [
    'itself',
    'X.example.com',
    'cdn.test',
    'x: one, y: two',
    [`8:49: hosts of its endpoints lead back to it: x.example.com. → x.example.com.; ${tail}`],
  ],
  [
    'itself, flattened',
    'x.example.com',
    'cdn.test',
    'x: { policy: one, hosts: flatten }, y: two',
    [`8:49: hosts of its endpoints lead back to it: x.example.com. → x.example.com.; ${tail}`],
  ],
  [
    'a ring of two',
    'y.example.com',
    'x.example.com',
    'x: one, y: two',
    [
      `8:49: hosts of its endpoints lead back to it: x.example.com. → y.example.com. → x.example.com.; ${tail}`,
    ],
  ],
  ['a chain', 'y.example.com', 'cdn.test', 'x: one, y: two', []],
  ['two ways to one name', 'z.example.com', 'z.example.com', 'x: one, y: two', []],
])('a steered name that leads to %s', (_, one, two, steer, expected) => {
  expect(problemsOf(text(one, two, steer)).filter((line) => line.includes('CONFIG_VALUE'))).toEqual(expected);
});
