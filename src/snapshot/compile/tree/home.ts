import type { HomePolicy } from '../../../config/policy-model.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { regionSlots } from './walk.ts';

/** The region that owns the question's label, and no other: writes go to where the data is. */
export function growHome(
  grow: Grow,
  index: number,
  { from, owners, unknown, answers: _answers }: HomePolicy,
  context: GrowContext,
): number {
  // A region that only has the other family gives nothing either way.
  const children = regionSlots(grow, from, context, true).map(({ child }) => Math.max(0, child));
  const other = unknown === undefined ? 0 : grow.use(unknown, { ...context, rule: undefined });
  if (other === 0 && children.every((child) => child === 0)) return 0;
  const head = { policy: index, ttlSeconds: grow.ttlOf(index) };
  return grow.writer.owner(head, owners, other, children);
}
