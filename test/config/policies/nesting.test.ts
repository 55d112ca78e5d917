import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/runtime/limits.ts';
import { loadText, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

const failover = (name: string, ...order: string[]) =>
  `${name}: { type: failover, order: [ ${order.join(', ')} ] }`;

describe('policies inside of each other', () => {
  it('tells a ring whole, at its first policy, and once', () => {
    expect(
      problemsOf(withPolicies(failover('f', 'p', 'g'), failover('g', 'h', 'q'), failover('h', 'f'))),
    ).toEqual(['9:36: policies lead in a ring: `f` → `g` → `h` → `f` [CONFIG_VALUE]']);
  });

  it('tells each of two rings', () => {
    expect(problemsOf(withPolicies(failover('f', 'g', 'h'), failover('g', 'f'), failover('h', 'f')))).toEqual(
      [
        '9:33: policies lead in a ring: `f` → `g` → `f` [CONFIG_VALUE]',
        '9:36: policies lead in a ring: `f` → `h` → `f` [CONFIG_VALUE]',
      ],
    );
  });

  it('tells a policy that leads to itself', () => {
    expect(problemsOf(withPolicies('f: { type: nearest, pool: p, fallback: "policy:f" }'))).toEqual([
      '9:42: policies lead in a ring: `f` → `f` [CONFIG_VALUE]',
    ]);
  });

  it.each([
    ['f: { type: failover, order: [ p, f ] }', '9:36'],
    ['f: { type: nearest, pool: f }', '9:29'],
    ['f: { type: nearest, pool: p, fallback: f }', '9:42'],
  ])('takes its own name for that of a pool which is missing: %s', (text, at) => {
    expect(problemsOf(withPolicies(text))).toEqual([
      `${at}: \`f\` names this policy itself, and no pool; defined: p, q, both, zz [CONFIG_REFERENCE]`,
    ]);
  });

  it('keeps no more rings than it tells', () => {
    const count = 400;
    const lines = Array.from({ length: count }, (_, i) =>
      failover(`f${i}`, i + 1 < count ? `f${i + 1}` : 'p', 'f0'),
    );
    lines[0] = failover('f0', 'f1');
    const { problems, omitted } = loadText(withPolicies(...lines));
    expect([problems.length, omitted]).toEqual([limits.problems, 0]);
  });

  it('takes the pool where a policy has the name of one: it cannot mean itself', () => {
    const text = withPolicies('p: { type: weighted, shares: { p: 1, q: 1 }, fallback: p }');
    const { config } = loadText(text);
    expect(config?.policies[1]).toMatchObject({
      fallback: { pool: 0 },
      by: { shares: [{ use: { pool: 0 } }, { use: { pool: 1 } }] },
    });
  });

  it('takes eight levels, and tells the ninth', () => {
    const chain = (length: number) =>
      withPolicies(
        ...Array.from({ length }, (_, i) => failover(`f${i}`, i + 1 < length ? `f${i + 1}` : 'p', 'q')),
      );
    expect(problemsOf(chain(8))).toEqual([]);
    expect(problemsOf(chain(9))).toEqual([
      '9:3: policies nest deeper than 8: `f0` → `f1` → `f2` → `f3` → `f4` → `f5` → `f6` → `f7` → `f8` [CONFIG_VALUE]',
    ]);
    expect(problemsOf(chain(11)).map((line) => line.slice(0, 5))).toEqual(['11:3:']);
  });

  it('counts a fallback as a level', () => {
    const lines = Array.from({ length: 9 }, (_, i) =>
      i < 8 ? `f${i}: { type: nearest, pool: p, fallback: f${i + 1} }` : 'f8: { type: nearest, pool: p }',
    );
    expect(problemsOf(withPolicies(...lines)).map((line) => line.split(':', 3)[2])).toEqual([
      ' policies nest deeper than 8',
    ]);
  });

  it('does not count a policy that only others of no name use as unused', () => {
    const yaml = withPolicies(failover('f', 'p')).replace(', n1: "f"', '');
    expect(problemsOf(yaml)).toEqual([
      '9:3: warning: policy `f` steers no name, and no policy leads to it [CONFIG_UNUSED]',
    ]);
    expect(problemsOf(yaml.replace('[ "pool:p", q ]', '[ p, q, f ]'))).toEqual([]);
  });
});

/** A policy that leads to these others: as many of them as its type takes. */
const types: ((uses: readonly string[]) => string)[] = [
  (uses) => `{ type: nearest, pool: ${uses[0]}, fallback: ${uses[1]} }`,
  (uses) => `{ type: failover, order: [ ${[...new Set(uses)].join()} ] }`,
  (uses) => `{ type: weighted, shares: { ${[...new Set(uses)].map((use) => `${use}: 1`).join()} } }`,
  (uses) => `{ type: hash, among: [ ${[...new Set(uses)].join()} ], fallback: ${uses[0]} }`,
  (uses) => `{ type: multi, pool: ${uses[0]} }`,
  (uses) => `{ type: geo, map: { EU: ${uses[0]}, US: none, default: ${uses[1]} }, unknown: ${uses[2]} }`,
  (uses) => `{ type: schedule, windows: [ { days: mon, use: ${uses[0]} } ], default: ${uses[1]} }`,
  (uses) => `{ type: split, rules: [ { type: A, use: ${uses[0]} } ], default: ${uses[1]} }`,
];

/** Which names each type above takes of its uses. */
function taken(type: number, uses: readonly string[]): readonly string[] {
  const counts = [2, 3, 3, 3, 1, 3, 2, 2];
  return uses.slice(0, counts[type]);
}

describe('policies that lead to any others', () => {
  const name = fc.constantFrom('p', 'q', ...Array.from({ length: 7 }, (_, i) => `f${i}`));
  const policy = fc.record({
    type: fc.nat(types.length - 1),
    uses: fc.array(name, { minLength: 3, maxLength: 3 }),
  });

  it('load, or are told as a ring exactly when there is one', () => {
    let rings = 0;
    fc.assert(
      fc.property(fc.array(policy, { minLength: 7, maxLength: 7 }), (policies) => {
        const edges = policies.map(({ type, uses }) =>
          taken(type, uses).filter((use) => use.startsWith('f')),
        );
        const text = withPolicies(...policies.map(({ type, uses }, i) => `f${i}: ${types[type]!(uses)}`));
        const { config, problems } = loadText(text);
        const told = problems.filter(({ message }) =>
          /^policies lead in a ring|names this policy itself/.test(message),
        );
        expect(told.length > 0).toBe(hasRing(edges));
        expect(config === undefined).toBe(told.length > 0);
        rings += told.length;
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(rings).toBeGreaterThan(100);
  });
});

/** By taking away, again and again, what leads to nothing. */
function hasRing(edges: readonly (readonly string[])[]): boolean {
  const left = new Map(edges.map((uses, i) => [`f${i}`, uses]));
  for (;;) {
    const ends = [...left].filter(([, uses]) => uses.every((use) => !left.has(use)));
    if (ends.length === 0) return left.size > 0;
    for (const [end] of ends) left.delete(end);
  }
}
