import { expect, it } from 'vitest';
import { formatReport } from '../../src/config/report.ts';
import { limits } from '../../src/runtime/limits.ts';
import { loadText } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: z } ]';

it.each([
  [zones, ['no errors, no warnings']],
  [
    `nod: 1\n${zones}`,
    ['c.yaml:1:1: unknown key `nod`; did you mean `node`? [CONFIG_KEY]', '1 error, no warnings'],
  ],
  [
    `monitors: { a: { type: http }, b: { type: http } }\n${zones}`,
    [
      'c.yaml:1:13: warning: monitor `a` is in no pool and no region [CONFIG_UNUSED]',
      'c.yaml:1:32: warning: monitor `b` is in no pool and no region [CONFIG_UNUSED]',
      'no errors, 2 warnings',
    ],
  ],
])('formatReport of %j', (yaml, lines) => {
  expect(formatReport(loadText(yaml))).toEqual(lines);
});

it('shows errors before warnings when there are too many of both', () => {
  const endpoints = Array.from({ length: 150 }, (_, i) => {
    return `{ name: e${i}, region: a, address: 192.0.2.${i}, probe: "192.0.2.1" }`;
  });
  const yaml = `regions: { a: { location: [ 0, 0 ] } }
pools: { p: { endpoints: [ ${endpoints.join(', ')} ] } }
zones: [ { name: example.com, file: z, steer: { a: none } } ]`;
  const result = loadText(yaml);
  expect(result.problems).toHaveLength(limits.problems);
  expect(formatReport(result).slice(-2)).toEqual([
    'c.yaml:3:52: policy `none` is not defined; none is [CONFIG_REFERENCE]',
    `1 error, ${limits.problems - 1} warnings, 51 more not shown`,
  ]);
});
