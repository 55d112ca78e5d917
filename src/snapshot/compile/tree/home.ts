import type { HomePolicy, Use } from '../../../config/policy-model.ts';
import { Serving } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';

/**
 * The region that owns the question's label, and no other, but for what is named to stand in for it: writes go to where
 * the data is.
 */
export function growHome(
  grow: Grow,
  index: number,
  { from, owners, standing, unknown }: HomePolicy,
  context: GrowContext,
): number {
  const children = grow.config.regions.map((_, region) => {
    const use = standing.get(region);
    return use === undefined
      ? growOwner(grow, from, region, context)
      : grow.use(use, { ...context, rule: undefined });
  });
  const other =
    unknown === undefined ? growNobody(grow, index) : grow.use(unknown, { ...context, rule: undefined });
  if ((unknown === undefined || other === 0) && children.every((child) => child === 0)) return 0;
  const head = { policy: index, ttlSeconds: grow.ttlOf(index) };
  return grow.writer.owner(head, owners, other, children);
}

/** A label that nobody owns has no address, and no fallback, here or around, may give it one. */
function growNobody(grow: Grow, policy: number): number {
  return grow.writer.gives(grow.writer.empty({ policy, serving: Serving.NONE }, true));
}

/** No other region can stand in: the best state is looked for in this one alone. */
function growOwner(grow: Grow, from: Use, region: number, context: GrowContext): number {
  if (!context.only.has(region)) return 0;
  const within = context.within.and([region]);
  const inside = { ...context, within, only: within };
  return 'pool' in from
    ? grow.groups.whole({ pool: from.pool, even: true }, inside)
    : grow.use(from, { ...inside, rule: undefined });
}
