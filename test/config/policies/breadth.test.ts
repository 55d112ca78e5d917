import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/runtime/limits.ts';
import { loadText, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

/** Failovers of `width` on `levels` levels, each over all below. */
function ladder(width: number, levels: number): string[] {
  const level = (l: number) => Array.from({ length: width }, (_, i) => `f${l}x${i}`);
  return Array.from({ length: levels }, (_, l) =>
    level(l).map(
      (name) => `${name}: { type: failover, order: [ ${l === 0 ? 'p, q' : level(l - 1).join()} ] }`,
    ),
  ).flat();
}

describe('ways down from a policy', () => {
  it('are told where they multiply, once on the way up', () => {
    const problems = problemsOf(withPolicies(...ladder(4, 6)));
    expect(problems).toHaveLength(4);
    expect(problems[0]).toContain('leads down 2048 ways, more than 1024');
    expect(problems[0]).toContain('lead to fewer policies, or to pools');
  });

  it('are within bounds for every pool that one policy may choose among', () => {
    expect(problemsOf(withPolicies(...ladder(4, 4)))).toEqual([]);
  });

  it('are one where a policy chooses by itself', () => {
    const split = (name: string, use: string) =>
      `${name}: { type: split, rules: [ { type: A, use: ${use} } ], default: ${use} }`;
    const lines = Array.from({ length: 7 }, (_, i) => split(`s${i}`, i === 0 ? 'f0x0' : `s${i - 1}`));
    expect(problemsOf(withPolicies(...ladder(1, 1), ...lines))).toEqual([]);
  });
});

describe('residencies inside of each other', () => {
  const regions = Array.from({ length: 16 }, (_, i) => `r${i}`);

  /** Each level permits all but one region, another one to each of its networks. */
  function nested(levels: number): string {
    const residency = (l: number) =>
      regions
        .map((out, i) => `"10.${l}.${i}.0/24": [ ${regions.filter((each) => each !== out).join()} ]`)
        .join();
    const policies = Array.from(
      { length: levels },
      (_, l) =>
        `  y${l}: { type: failover, order: [ ${l === 0 ? 'p' : `y${l - 1}`} ], residency: { unknown: any, ${residency(l)} } }`,
    );
    return `regions:
${regions.map((name, i) => `  ${name}: { location: [ ${i}, ${i} ] }`).join('\n')}
pools: { p: { endpoints: [ ${regions.map((region, i) => `{ name: e${i}, region: ${region}, address: 192.0.2.${i} }`).join()} ] } }
policies:
${policies.join('\n')}
zones:
  - name: example.com
    records: [ "@ SOA a a 1 1 1 1 1", "@ NS a", "a A 192.0.2.1" ]
    steer: { app: y${levels - 1} }
`;
  }

  it('load while their sets of regions are few', () => {
    expect(loadText(nested(3)).config).toBeDefined();
  });

  it('are told when the sets explode', () => {
    const problems = problemsOf(nested(8));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`more than ${limits.residencySets} different sets of regions`);
    expect(problems[0]).toContain('keep residency at one level');
  });
});
