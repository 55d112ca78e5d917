import type { LatencyPolicy, NearestPolicy } from '../../../config/policy-model.ts';
import { limits } from '../../../runtime/limits.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { mostSlots, perSlot, regionSlots, writeWalk } from './walk.ts';

/**
 * The regions as the client's ranking has them, by distance or by measured round-trip time; endpoints of one region
 * share evenly.
 */
export function growNearest(
  grow: Grow,
  index: number,
  { from, view, spread, answers }: NearestPolicy | LatencyPolicy,
  context: GrowContext,
): number {
  return writeWalk(grow, index, {
    order: Order.VIEW,
    view,
    most: mostSlots(context, spread === 'one-region' ? 1 : limits.regions),
    perSlot: spread === 'each-region' ? 1 : perSlot(context, answers),
    slots: regionSlots(grow, from, context, true),
  });
}
