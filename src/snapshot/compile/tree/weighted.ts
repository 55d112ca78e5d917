import type { Use, WeightedPolicy } from '../../../config/policy-model.ts';
import { seedOf } from '../../../steering/mix.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { mostSlots, nameOf, perSlot, regionSlots, writeWalk } from './walk.ts';
import { weightedSlots } from './weights.ts';

/** Shares by weight: of endpoints over the pool or inside the nearest region, or of pools and policies. */
export function growWeighted(
  grow: Grow,
  index: number,
  { by, answers }: WeightedPolicy,
  context: GrowContext,
): number {
  switch (by.kind) {
    case 'region':
      return writeWalk(grow, index, {
        order: Order.VIEW,
        view: by.view,
        most: mostSlots(context, 1),
        perSlot: perSlot(context, answers),
        slots: regionSlots(grow, by.from, context, false),
      });
    case 'pool':
      return growDraw(grow, index, by.from, answers, context);
    case 'shares': {
      const slots = by.shares
        .filter(({ weight }) => weight > 0)
        .map(({ use, weight }) => ({
          child: grow.slot(use, context),
          weight,
          seed: seedOf(nameOf(grow, use)),
        }));
      return writeWalk(grow, index, {
        order: Order.DRAW,
        most: mostSlots(context, 1),
        perSlot: perSlot(context, answers),
        slots,
      });
    }
  }
}

/**
 * A draw over a pool. For one answer the region is drawn first, by the weight of both families in it, so that A and AAAA
 * draw the same one; several answers are drawn over all endpoints.
 */
function growDraw(grow: Grow, index: number, from: Use, answers: number, context: GrowContext): number {
  const spread = answers > 1 && 'pool' in from;
  const slots = spread
    ? [
        {
          child: grow.groups.whole({ pool: from.pool, even: false }, context),
        },
      ]
    : weightedSlots(grow, from, context);
  const order = spread ? Order.FIXED : Order.DRAW;
  return writeWalk(grow, index, {
    order,
    most: mostSlots(context, 1),
    perSlot: perSlot(context, answers),
    slots,
  });
}
