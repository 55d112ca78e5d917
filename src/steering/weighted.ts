import { byRegion, type Candidate, type Plan, Walk, withShares } from './plan.ts';

/**
 * By weight: over the whole pool, the same for every client; or inside the nearest region that has an eligible
 * endpoint, going on to no other.
 */
export function planWeighted(eligible: readonly Candidate[], within: 'pool' | 'region'): Plan {
  if (within === 'region') return { walk: Walk.FIRST, groups: byRegion(eligible).map(withShares) };
  return { walk: Walk.SINGLE, groups: eligible.length > 0 ? [withShares(eligible)] : [] };
}
