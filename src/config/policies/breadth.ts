import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { Policy, Use } from '../policy-model.ts';
import { usesOf } from '../policy-uses.ts';

/**
 * Tells policies that multiply: by the ways down that one decision may have to try, or by the sets of regions that
 * residencies inside of each other make. For policies without faults and rings.
 */
export function checkBreadth(policies: readonly Policy[], regionCount: number, findings: Findings): void {
  checkWays(policies, findings);
  checkResidencies(policies, regionCount, findings);
}

function checkWays(policies: readonly Policy[], findings: Findings): void {
  const known = new Map<number, number>();
  const waysOf = (use: Use): number => {
    if ('pool' in use) return 1;
    let ways = known.get(use.policy);
    if (ways !== undefined) return ways;
    const policy = policies[use.policy]!;
    ways = waysThrough(policy, usesOf(policy).map(waysOf));
    if (ways > limits.policyWays) {
      const message = `leads down ${ways} ways, more than ${limits.policyWays}: each choice multiplies those of the policies below; lead to fewer policies, or to pools`;
      findings.error('CONFIG_VALUE', ['policies', policy.name], message, 'key');
      // Told once: those around it are over the bound by this one.
      ways = 1;
    }
    known.set(use.policy, ways);
    return ways;
  };
  for (const policy of policies.keys()) waysOf({ policy });
}

/** What a policy chooses by itself is one way; all others may be tried one after the other. */
function waysThrough({ type, fallback }: Policy, ways: readonly number[]): number {
  const own = fallback === undefined ? ways : ways.slice(0, -1);
  const last = fallback === undefined ? 0 : ways.at(-1)!;
  // One branch of these is grown or gone down.
  const chosen = type === 'geo' || type === 'home' || type === 'schedule' || type === 'split';
  const through = chosen
    ? own.reduce((most, each) => Math.max(most, each), 0)
    : own.reduce((sum, each) => sum + each, 0);
  return through + last;
}

/** Goes through all policies with all sets of regions that they may be grown within, and stops at the first too many. */
function checkResidencies(policies: readonly Policy[], regionCount: number, findings: Findings): void {
  const nested = Array.from({ length: policies.length }, () => new Set<bigint>());
  const sets = new Set<bigint>();
  const everywhere = (1n << BigInt(regionCount)) - 1n;
  const open: (readonly [policy: number, within: bigint])[] = [];
  let trees = 0;
  const enter = (policy: number, within: bigint): void => {
    if (nested[policy]!.has(within)) return;
    nested[policy]!.add(within);
    open.push([policy, within]);
  };
  for (const policy of policies.keys()) enter(policy, everywhere);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [index, within] = next;
    const policy = policies[index]!;
    const insides = new Set(
      setsOf(policy).map((regions) => (regions === undefined ? within : within & regions)),
    );
    for (const inside of insides) {
      sets.add(inside);
      // What stands in no other residency is as much as the file says.
      if (within !== everywhere) trees++;
      for (const use of usesOf(policy)) if ('policy' in use) enter(use.policy, inside);
    }
    if (sets.size <= limits.residencySets && trees <= limits.residencyTrees) continue;
    const what =
      sets.size > limits.residencySets
        ? `more than ${limits.residencySets} different sets of regions`
        : `more than ${limits.residencyTrees} trees in all`;
    const message = `residencies inside of each other make ${what}; let them permit the same regions, or keep residency at one level`;
    findings.error('CONFIG_VALUE', ['policies', policy.name], message, 'key');
    return;
  }
}

const bits = new WeakMap<Policy, readonly (bigint | undefined)[]>();

/** The sets that a policy's residency permits, as bits; undefined: whatever is around it. */
function setsOf(policy: Policy): readonly (bigint | undefined)[] {
  let sets = bits.get(policy);
  if (sets === undefined) {
    const permitted = policy.residency?.permitted ?? ['any' as const];
    const masks = permitted.map((regions) =>
      regions === 'any' ? undefined : regions.reduce((mask, region) => mask | (1n << BigInt(region)), 0n),
    );
    sets = [...new Set(masks)];
    bits.set(policy, sets);
  }
  return sets;
}
