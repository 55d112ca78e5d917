import { unreachable } from '../runtime/assert.ts';
import type { Config } from './model.ts';
import type { Policy, Tier, Use } from './policy-model.ts';

/** What a policy leads to directly: pools and policies. */
export function usesOf(policy: Policy): Use[] {
  const fallback = policy.fallback === undefined ? [] : [policy.fallback];
  return [...ownUses(policy), ...fallback];
}

/** The pools that a policy itself chooses endpoints of. */
export function poolsOf(policy: Policy): Set<number> {
  return new Set(usesOf(policy).flatMap((use) => ('pool' in use ? use.pool : [])));
}

/** The pools that a policy leads to, through others too. Faulty policies, undefined, lead nowhere. */
export function poolsUnder(policies: readonly (Policy | undefined)[], policy: number): number[] {
  const found = policiesUnder(policies, policy).flatMap((index) => policies[index] ?? []);
  return [...new Set(found.flatMap((one) => [...poolsOf(one)]))];
}

/** A policy and those that it leads to, through others too. */
export function policiesUnder(policies: readonly (Policy | undefined)[], policy: number): number[] {
  const seen = new Set([policy]);
  for (const index of seen) {
    const one = policies[index];
    for (const use of one === undefined ? [] : usesOf(one)) if ('policy' in use) seen.add(use.policy);
  }
  return [...seen];
}

/** The regions that a policy leads to, through others too: of a pool with an order those that stand in it alone. */
export function regionsUnder(
  { policies, pools }: Pick<Config, 'policies' | 'pools'>,
  policy: number,
): Set<number> {
  const regionsOf = (pool: number, among?: readonly number[]): number[] =>
    pools[pool]!.endpoints.flatMap(({ region }, e) =>
      among === undefined || among.includes(e) ? region : [],
    );
  const regions = policiesUnder(policies, policy).flatMap((index) => {
    const one = policies[index]!;
    const fallback = one.fallback === undefined ? [] : [one.fallback];
    const uses: readonly Tier[] = one.type === 'failover' ? [...one.tiers, ...fallback] : usesOf(one);
    return uses.flatMap((use) =>
      'pool' in use ? regionsOf(use.pool, 'endpoints' in use ? use.endpoints : undefined) : [],
    );
  });
  return new Set(regions);
}

function ownUses(policy: Policy): readonly Use[] {
  switch (policy.type) {
    case 'nearest':
    case 'latency':
    case 'multi':
      return [policy.from];
    case 'home':
      return [
        policy.from,
        ...policy.standing.values(),
        ...(policy.unknown === undefined ? [] : [policy.unknown]),
      ];
    case 'geo':
      return policy.branches.filter((use) => use !== undefined);
    case 'failover':
      return policy.tiers.map((tier) => ('endpoints' in tier ? { pool: tier.pool } : tier));
    case 'weighted':
      return policy.by.kind === 'shares' ? policy.by.shares.map(({ use }) => use) : [policy.by.from];
    case 'hash':
      return policy.among.kind === 'list' ? policy.among.list : [policy.among.from];
    case 'schedule':
      return [...policy.windows.map(({ use }) => use), policy.otherwise];
    case 'split':
      return [...policy.rules.map(({ use }) => use), policy.otherwise];
    default:
      return unreachable(policy);
  }
}
