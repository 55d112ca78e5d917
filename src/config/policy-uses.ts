import { unreachable } from '../runtime/assert.ts';
import type { Policy, Use } from './policy-model.ts';

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
  const pools = new Set<number>();
  const seen = new Set([policy]);
  for (const index of seen) {
    const one = policies[index];
    for (const use of one === undefined ? [] : usesOf(one)) {
      if ('pool' in use) pools.add(use.pool);
      else seen.add(use.policy);
    }
  }
  return [...pools];
}

function ownUses(policy: Policy): readonly Use[] {
  switch (policy.type) {
    case 'nearest':
    case 'latency':
    case 'multi':
      return [policy.from];
    case 'home':
      return policy.unknown === undefined ? [policy.from] : [policy.from, policy.unknown];
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
