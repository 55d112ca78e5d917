import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { LoadResult } from '../../src/config/load.ts';
import { configJsonSchema } from '../../src/config/schema.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { keysOf } from './json-schema-keys.ts';
import { loadText } from './load-text.ts';

const demo = readFileSync(resolve(import.meta.dirname, '../../config/meridian.yaml'), 'utf8');

/** A load gives a config or tells why not, and each problem stands on one line inside the file. */
function sound({ config, problems, omitted }: LoadResult, text: string): void {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  expect(config === undefined).toBe(errors > 0);
  expect(omitted).toBeGreaterThanOrEqual(0);
  const lines = text.split('\n').length;
  for (const problem of problems) {
    expect(formatProblem(problem)).toMatch(/^c\.yaml:\d+:\d+: [^\p{Cc}]+ \[CONFIG_[A-Z]+\]$/u);
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.line).toBeLessThanOrEqual(lines);
  }
}

const words = [...keysOf(configJsonSchema()).keys()].map((key) => key.split(/[.[]/).at(-1)!);
const key = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 }));
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '10s',
    '500ms',
    'http',
    'nearest',
    'failover',
    'app',
    '192.0.2.1',
    '::1',
    'bundled',
  ),
  fc.string({ maxLength: 12 }),
  fc.double(),
  fc.integer({ min: -5, max: 70_000 }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    scalar,
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
    fc.array(tie('tree'), { maxLength: 4 }),
  ),
}));
const config = fc.dictionary(fc.constantFrom(...words), tree, { maxKeys: 9 });

describe('loadConfig', () => {
  it('takes any values without throwing', () => {
    fc.assert(
      fc.property(config, (value) => {
        const text = stringify(value);
        sound(loadText(text), text);
      }),
      { numRuns: 200 },
    );
  });

  it('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        sound(loadText(bytes), new TextDecoder('latin1').decode(bytes));
      }),
      { numRuns: 200 },
    );
  });

  it('takes a config with a stretch of it replaced, cut out or doubled', () => {
    const edit = fc.record({
      from: fc.nat(demo.length),
      length: fc.nat(60),
      text: fc.oneof(
        fc.constantFrom('', ' ', '\n', '&a ', '*a', '- ', '{', ': ', '"', '!x '),
        fc.string({ maxLength: 5 }),
      ),
      double: fc.boolean(),
    });
    fc.assert(
      fc.property(edit, ({ from, length, text, double }) => {
        const piece = double ? demo.slice(from, from + length) : '';
        const edited = demo.slice(0, from) + text + piece + demo.slice(double ? from : from + length);
        sound(loadText(edited), edited);
      }),
      { numRuns: 50 },
    );
  });

  it('tells of each of several faults, wherever they stand', () => {
    const marks = [
      ...demo.matchAll(/\b(location|title|region|address|probe|interval|timeout|pool|within)(?=:)/g),
    ];
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(marks.length - 1), { minLength: 1, maxLength: 5 }), (chosen) => {
        const places = chosen.map((i) => marks[i]!.index).sort((a, b) => b - a);
        let text = demo;
        for (const at of places) text = `${text.slice(0, at)}x-${text.slice(at)}`;
        const told = loadText(text).problems.filter(({ message }) => message.startsWith('unknown key `x-'));
        expect(told).toHaveLength(places.length);
      }),
      { numRuns: 15 },
    );
  });
});
