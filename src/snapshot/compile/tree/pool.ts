import { limits } from '../../../runtime/limits.ts';
import { Order } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import { growFinal } from './final.ts';
import type { Grow } from './grow.ts';
import { weightedSlots } from './weights.ts';

/** A pool without a policy of its own: by weight over its endpoints. */
export function growPool(grow: Grow, pool: number, context: GrowContext): number {
  const body = (mode: GrowContext['mode']): number => draw(grow, pool, { ...context, mode, rule: undefined });
  return context.rule === undefined ? body(context.mode) : growFinal(grow, context.rule, context, body);
}

function draw(grow: Grow, pool: number, context: GrowContext): number {
  const slots = weightedSlots(grow, { pool }, context).filter(({ child }) => child !== 0);
  if (slots.length === 0) return 0;
  const walk = { order: Order.DRAW, most: limits.regions, perSlot: limits.answersPerQuery, slots };
  const place = grow.writer.walk({ policy: -1 }, walk);
  if (slots.some(({ child }) => grow.writer.alwaysGives(child))) grow.writer.gives(place);
  return place;
}
