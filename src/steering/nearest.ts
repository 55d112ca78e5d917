import { byRegion, type Candidate, evenly, type Plan, Walk } from './plan.ts';

/**
 * The nearest regions first, by great circle from the client; endpoints of one region share evenly. An answer of
 * several addresses goes on to the next region when the nearest has too few.
 */
export function planNearest(eligible: readonly Candidate[]): Plan {
  return { walk: Walk.FILL, groups: byRegion(evenly(eligible)) };
}
