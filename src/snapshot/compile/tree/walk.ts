import type { Use } from '../../../config/policy-model.ts';
import { limits } from '../../../runtime/limits.ts';
import { seedOf } from '../../../steering/mix.ts';
import { Serving, SHARE_ALL } from '../../../steering/nodes.ts';
import { type GrowContext, isList } from './context.ts';
import type { Grow } from './grow.ts';
import type { SlotWords, WalkWords } from './node-writer.ts';

/** Slots that may give something: all of them where clients take several records in order. */
export function mostSlots(context: GrowContext, most: number): number {
  return isList(context.kind) ? limits.regions : most;
}

/** Records from one slot. */
export function perSlot(context: GrowContext, answers: number): number {
  return isList(context.kind) ? limits.answersPerQuery : answers;
}

/** Writes a walk of a policy; 0 when no slot could ever give anything. */
export function writeWalk(grow: Grow, policy: number, walk: WalkWords): number {
  if (walk.slots.every(({ child }) => child === 0)) return 0;
  // What is said at a slot that serves the other family only.
  const head = { policy, ttlSeconds: grow.ttlOf(policy), serving: Serving.OTHER_FAMILY };
  const place = grow.writer.walk(head, walk);
  // One of them is asked in the end, whatever the shares, if the walk comes by all of them.
  if (walk.slots.some(({ child }) => child !== 0 && grow.writer.alwaysGives(child))) grow.writer.gives(place);
  return place;
}

/** One slot for each region of the config, its number that of the region. */
export function regionSlots(grow: Grow, from: Use, context: GrowContext, even: boolean): SlotWords[] {
  const children = regionChildren(grow, from, context, even);
  return grow.config.regions.map(({ name }, region) => {
    const child = children[region]!;
    return child === 0 ? NO_SLOT : { child, share: shareOf(grow, from, region), seed: seedOf(name) };
  });
}

const NO_SLOT: SlotWords = { child: 0 };

function regionChildren(grow: Grow, from: Use, context: GrowContext, even: boolean): readonly number[] {
  if ('pool' in from) return grow.groups.regions({ pool: from.pool, even }, context);
  return grow.config.regions.map((_, region) => {
    if (!context.only.has(region)) return 0;
    return grow.slot(from, { ...context, only: context.only.and([region]) });
  });
}

/** Shares belong to a pool's regions; a policy in its place has its own further down. */
function shareOf(grow: Grow, from: Use, region: number): number {
  return 'pool' in from ? grow.conditions.share(from.pool, region) : SHARE_ALL;
}

/** A name for a use that stays when others come or go. */
export function nameOf(grow: Grow, use: Use): string {
  const { pools, policies } = grow.config;
  return 'pool' in use ? `pool ${pools[use.pool]!.name}` : `policy ${policies[use.policy]!.name}`;
}
