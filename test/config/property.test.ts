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
/** Policies, residencies and overrides that refer to anything, also to each other, and to what is not there. */
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constant<unknown>('p') },
  fc.constantFrom<unknown>(
    'f0',
    'f1',
    'f2',
    'pool:p',
    'policy:f1',
    'policy:f2',
    'a',
    'none',
    'any',
    'x',
    5,
    null,
  ),
);
const client = fc.constantFrom(
  'EU',
  'EU27',
  'EEA',
  'US',
  'NA-US',
  'EU-US',
  'AS1',
  '10.0.0.0/8',
  '10.0.0.1/8',
  'default',
  '7',
);
const window = {
  days: fc.constantFrom('mon', 'sun-mon', ['tue', 'wed'], 'x'),
  from: fc.constantFrom('08:00', '24:00'),
};
const policyKeys = {
  type: fc.constantFrom(
    ...['nearest', 'latency', 'geo', 'failover', 'weighted', 'hash', 'multi', 'home', 'schedule', 'split'],
  ),
  pool: name,
  fallback: name,
  default: name,
  unknown: name,
  order: fc.array(name, { minLength: 1, maxLength: 2 }),
  among: fc.array(name, { maxLength: 3 }),
  shares: fc.dictionary(fc.constantFrom('p', 'f0', 'pool:p', 'x'), fc.nat(2), { maxKeys: 2 }),
  map: fc.dictionary(client, name, { maxKeys: 3 }).map((map) => ({ default: 'p', ...map })),
  residency: fc.dictionary(fc.oneof(client, fc.constant('unknown')), fc.oneof(name, fc.array(name)), {
    maxKeys: 4,
  }),
  bias: fc.dictionary(fc.constantFrom('a', 'x'), fc.integer({ min: -100, max: 100 }), { maxKeys: 2 }),
  windows: fc.array(fc.record({ ...window, use: name }, { requiredKeys: ['use'] }), { maxLength: 3 }),
  rules: fc.array(
    fc.record({ clients: fc.array(client), during: fc.record(window), use: name }, { requiredKeys: ['use'] }),
    { maxLength: 3 },
  ),
  table: fc.constantFrom('t.csv', 'none.csv'),
  owners: fc.constantFrom('t.csv', 'none.csv'),
};
const policy = fc.oneof(fc.record(policyKeys), fc.record(policyKeys, { requiredKeys: ['type'] }));
const references = fc.record({
  regions: fc.constant({ a: { location: [0, 0] } }),
  pools: fc.constant({ p: { endpoints: [{ name: 'e', region: 'a', address: '192.0.2.1' }] } }),
  policies: fc.record({ f0: policy, f1: policy, f2: policy }),
  overrides: fc.array(
    fc.record(
      { region: name, pool: name, endpoint: name, action: fc.constant('up'), reason: fc.constant('x') },
      { requiredKeys: ['action'] },
    ),
    { maxLength: 2 },
  ),
  zones: fc.constant([{ name: 'example.com', file: 'z', steer: { app: 'f0' } }]),
});

/** Only the keys that its type knows, so that what they hold is looked at. */
const keysOfType: Record<string, readonly string[]> = {
  nearest: ['pool', 'bias'],
  latency: ['pool', 'table'],
  geo: ['map', 'unknown'],
  failover: ['order'],
  weighted: ['shares'],
  hash: ['pool'],
  multi: ['pool'],
  home: ['pool', 'owners', 'unknown'],
  schedule: ['windows', 'default'],
  split: ['rules', 'default'],
};

function fitting(
  value: { readonly type: string } & Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const keys = new Set(['type', 'fallback', ...keysOfType[value.type]!]);
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)));
}

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

  it('takes any references without throwing', () => {
    let loaded = 0;
    fc.assert(
      fc.property(references, fc.boolean(), (value, strict) => {
        const { f0, f1, f2 } = value.policies;
        const policies = strict ? { f0: fitting(f0), f1: fitting(f1), f2: fitting(f2) } : value.policies;
        const text = stringify({ ...value, policies, overrides: strict ? [] : value.overrides });
        const result = loadText(text);
        sound(result, text);
        if (result.config !== undefined) loaded++;
      }),
      { numRuns: 400, seed: 11 },
    );
    expect(loaded).toBeGreaterThan(5);
  });

  it.each(['latency, pool: p, table', 'home, pool: p, unknown: none, owners'])(
    'takes any table without throwing: %s',
    (type) => {
      const text = `regions: { a: { location: [ 0, 0 ] } }
pools: { p: { endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] } }
policies: { f: { type: ${type}: t.csv } }
zones: [ { name: example.com, file: z, steer: { f: f } } ]
`;
      const header = type.startsWith('home') ? 'key,region' : 'client,region,milliseconds,measured';
      const field = fc.oneof(
        fc.constantFrom('a', 'US', '10.0.0.0/8', '5', '2026-01-01T00:00:00Z', '"', ''),
        fc.string(),
      );
      const row = fc.array(field, { maxLength: 5 }).map((fields) => fields.join(','));
      fc.assert(
        fc.property(fc.array(row, { maxLength: 6 }), fc.boolean(), (rows, headed) => {
          const table = [...(headed ? [header] : []), ...rows].join('\n');
          const { config, problems } = loadText(text, { [resolve('t.csv')]: table });
          expect(config === undefined).toBe(problems.length > 0);
          for (const problem of problems)
            expect(formatProblem(problem)).toMatch(/^t\.csv:\d+:\d+: [^\p{Cc}]+ \[CONFIG_[A-Z]+\]$/u);
        }),
        { numRuns: 100, seed: 12 },
      );
    },
  );

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
