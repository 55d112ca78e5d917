import type { HashPolicy } from '../../../config/policy-model.ts';
import { seedOf } from '../../../steering/mix.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { mostSlots, nameOf, perSlot, regionSlots, writeWalk } from './walk.ts';

/**
 * The same region, pool or policy for the same client prefix or label: rendezvous hashing, so that those of one that is
 * lost are shared out among the others, and nobody else moves.
 */
export function growHash(
  grow: Grow,
  index: number,
  { among, on, answers }: HashPolicy,
  context: GrowContext,
): number {
  const slots =
    among.kind === 'regions'
      ? regionSlots(grow, among.from, context, false)
      : among.list.map((use) => ({ child: grow.slot(use, context), seed: seedOf(nameOf(grow, use)) }));
  const order = on === 'client' ? Order.PREFIX : Order.LABEL;
  return writeWalk(grow, index, {
    order,
    most: mostSlots(context, 1),
    perSlot: perSlot(context, answers),
    slots,
  });
}
