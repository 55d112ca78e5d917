import type { FailoverPolicy, Tier } from '../../../config/policy-model.ts';
import { seedOf } from '../../../steering/mix.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import type { SlotWords } from './node-writer.ts';
import { mostSlots, nameOf, perSlot, writeWalk } from './walk.ts';

/** The first tier that has anything usable, alone: a standby gets no traffic while its primary is up. */
export function growFailover(
  grow: Grow,
  index: number,
  { tiers, answers }: FailoverPolicy,
  context: GrowContext,
): number {
  const members = poolMembers(tiers);
  const slots = tiers.map((tier) => tierSlot(grow, tier, members, context));
  return writeWalk(grow, index, {
    order: Order.FIXED,
    most: mostSlots(context, 1),
    perSlot: perSlot(context, answers),
    slots,
  });
}

/** Of each pool, the endpoints that stand in any tier: the best state is looked for among them. */
function poolMembers(tiers: readonly Tier[]): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const tier of tiers) {
    if (!('endpoints' in tier)) continue;
    members.set(tier.pool, [...(members.get(tier.pool) ?? []), ...tier.endpoints]);
  }
  return members;
}

function tierSlot(
  grow: Grow,
  tier: Tier,
  members: ReadonlyMap<number, readonly number[]>,
  context: GrowContext,
): SlotWords {
  if (!('endpoints' in tier)) return { child: grow.slot(tier, context), seed: seedOf(nameOf(grow, tier)) };
  const all = grow.config.pools[tier.pool]!.endpoints;
  const among = members.get(tier.pool);
  const usable = new Set(
    grow.groups.membersOf({ pool: tier.pool, even: true, members: among }, context).endpoints,
  );
  const own = tier.endpoints.filter((endpoint) => usable.has(endpoint));
  const child = grow.groups.whole({ pool: tier.pool, even: true, among: own, members: among }, context);
  // A region that comes back slowly lets in as many here as elsewhere; a tier of several goes by the one that is farthest.
  const shares = own.map((endpoint) => grow.conditions.share(tier.pool, all[endpoint]!.region));
  const first = all[tier.endpoints[0]!]!;
  return { child, share: Math.max(0, ...shares), seed: seedOf(grow.config.regions[first.region]!.name) };
}
