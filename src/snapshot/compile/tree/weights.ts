import type { Use } from '../../../config/policy-model.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import type { SlotWords } from './node-writer.ts';
import { regionSlots } from './walk.ts';

/** The slots of regions with the weight of all endpoints in them that may serve. */
export function weightedSlots(grow: Grow, from: Use, context: GrowContext): SlotWords[] {
  const slots = regionSlots(grow, from, context, false);
  if (!('pool' in from)) return slots;
  const weights = regionWeights(grow, from.pool, context);
  return slots.map((slot, region) => ({ ...slot, weight: weights[region]! }));
}

function regionWeights(grow: Grow, pool: number, context: GrowContext): number[] {
  const all = grow.config.pools[pool]!.endpoints;
  const sums = grow.config.regions.map(() => 0);
  const counts = grow.config.regions.map(() => 0);
  for (const endpoint of grow.groups.membersOf({ pool, even: false }, context).endpoints) {
    const { region, weight } = all[endpoint]!;
    if (!context.only.has(region)) continue;
    sums[region]! += weight;
    counts[region]!++;
  }
  // Without a weight among them they share evenly: nobody else is left.
  return sums.some((sum) => sum > 0) ? sums.map((sum) => Math.max(sum, 0)) : counts;
}
