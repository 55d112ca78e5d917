import type { Use } from '../../../config/policy-model.ts';
import { limits } from '../../../runtime/limits.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';

/** A node of the policy that leads to one other, so that its TTL holds and explanations show it. */
export function growThrough(grow: Grow, index: number, use: Use, context: GrowContext): number {
  const child = grow.use(use, context);
  if (child === 0) return 0;
  const place = grow.writer.walk(
    { policy: index, ttlSeconds: grow.ttlOf(index) },
    { order: Order.FIXED, most: 1, perSlot: limits.answersPerQuery, slots: [{ child }] },
  );
  return grow.writer.alwaysGives(child) ? grow.writer.gives(place) : place;
}
