import { type Candidate, evenly, type Plan, Walk } from './plan.ts';

/**
 * The first tier that has an eligible endpoint, alone: a standby gets no traffic while its primary is up.
 * `tiers` list endpoints of the pool in order of preference; endpoints of one tier share evenly.
 */
export function planFailover(eligible: readonly Candidate[], tiers: readonly (readonly number[])[]): Plan {
  for (const tier of tiers) {
    const group = eligible.filter((candidate) => tier.includes(candidate.endpoint));
    if (group.length > 0) return { walk: Walk.SINGLE, groups: [evenly(group)] };
  }
  return { walk: Walk.SINGLE, groups: [] };
}
