import type { MultiPolicy } from '../../../config/policy-model.ts';
import { limits } from '../../../runtime/limits.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import type { SlotWords } from './node-writer.ts';
import { perSlot, writeWalk } from './walk.ts';

/** Up to N usable endpoints, by weight in a new order each time or as the pool lists them: clients fail over by themselves. */
export function growMulti(
  grow: Grow,
  index: number,
  { from, order, answers }: MultiPolicy,
  context: GrowContext,
): number {
  const slots = order === 'ordered' && 'pool' in from ? ordered(grow, from.pool, context) : [];
  if (slots.length === 0) {
    const child =
      'pool' in from
        ? grow.groups.whole({ pool: from.pool, even: false }, context)
        : grow.slot(from, context);
    slots.push({ child });
  }
  return writeWalk(grow, index, {
    order: Order.FIXED,
    most: limits.regions,
    perSlot: perSlot(context, answers),
    slots,
  });
}

function ordered(grow: Grow, pool: number, context: GrowContext): SlotWords[] {
  const { endpoints } = grow.groups.membersOf({ pool, even: true }, context);
  return endpoints
    .map((endpoint) => ({
      child: grow.groups.whole({ pool, even: true, among: [endpoint], members: endpoints }, context),
    }))
    .filter(({ child }) => child > 0);
}
