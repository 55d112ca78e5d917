import type { Policy } from '../../../config/policy-model.ts';
import { poolsUnder } from '../../../config/policy-uses.ts';
import { unreachable } from '../../../runtime/assert.ts';
import { limits } from '../../../runtime/limits.ts';
import { Order, Serving } from '../../../steering/nodes.ts';
import { absenceServing, findAbsence } from './absence.ts';
import { growBody } from './body.ts';
import type { GrowContext, Mode } from './context.ts';
import type { Grow } from './grow.ts';

/** Whether what follows when nothing is usable is left to what the policy chose. */
export function handsOn({ type }: Policy): boolean {
  return type === 'geo' || type === 'schedule' || type === 'split';
}

/**
 * A tree that answers to the last: `body` with what is usable, then the policy's fallback, then its `all-down`. Never 0.
 */
export function growFinal(
  grow: Grow,
  policy: number,
  context: GrowContext,
  body: (mode: Mode) => number,
): number {
  const place = body(context.mode);
  if (place !== 0 && grow.writer.alwaysGives(place)) return place;
  const last = lastResort(grow, policy, context, body);
  if (place === 0) return last;
  return grow.writer.gives(chain(grow, policy, place, last));
}

/** Such a policy: its own fallback is for clients that it leads nowhere. */
export function growHanding(grow: Grow, index: number, policy: Policy, context: GrowContext): number {
  const place = growBody(grow, index, policy, { ...context, rule: index });
  if (policy.fallback === undefined || grow.writer.alwaysGives(place)) return place;
  const fallback = grow.use(policy.fallback, { ...context, mode: 'strict', rule: undefined });
  if (fallback === 0) return place;
  return place === 0 ? chain(grow, index, fallback, 0) : chain(grow, index, place, fallback);
}

/** A node of a policy that leads to `place`, and goes on with `next` when that gives nothing. */
export function chain(grow: Grow, policy: number, place: number, next: number): number {
  return grow.writer.walk(
    { policy, ttlSeconds: grow.ttlOf(policy), fallback: next },
    { order: Order.FIXED, most: 1, perSlot: limits.answersPerQuery, slots: [{ child: place }] },
  );
}

function lastResort(grow: Grow, index: number, context: GrowContext, body: (mode: Mode) => number): number {
  const policy = grow.config.policies[index]!;
  const rule = allDown(grow, index, context, body);
  if (policy.fallback === undefined) return rule;
  const fallback = grow.use(policy.fallback, { ...context, mode: 'strict', rule: undefined });
  return fallback === 0 ? rule : grow.writer.gives(chain(grow, index, fallback, rule));
}

function allDown(grow: Grow, index: number, context: GrowContext, body: (mode: Mode) => number): number {
  const { config, conditions } = grow;
  const policy = config.policies[index]!;
  // There is nothing of the kind, in whatever state.
  if (body('all') === 0) {
    const absence = findAbsence(config, conditions, poolsUnder(config.policies, index), context);
    return empty(grow, index, absenceServing(absence, policy));
  }
  switch (policy.allDown) {
    case 'serve-all':
      return body('all');
    case 'last-known-good':
      return body('last-good') || body('all');
    case 'nodata':
      return empty(grow, index, Serving.NODATA);
    case 'servfail':
      return empty(grow, index, Serving.SERVFAIL);
    default:
      return unreachable(policy.allDown);
  }
}

function empty(grow: Grow, policy: number, serving: Serving): number {
  // Final: a policy around this one that leads other clients nowhere has a fallback for those, not for these.
  return grow.writer.gives(grow.writer.empty({ policy, serving, ttlSeconds: grow.ttlOf(policy) }, true));
}
