import type { FailoverPolicy } from '../../../config/policy-model.ts';
import { Serving } from '../../../steering/nodes.ts';
import type { Held } from '../conditions.ts';
import type { GrowContext } from './context.ts';
import { growFailover } from './failover.ts';
import { chain } from './final.ts';
import type { Grow } from './grow.ts';

/** Longest TTL of an answer without an address between two owners, seconds: the new one may be there at any moment. */
const BETWEEN_TTL_SECONDS = 5;

/**
 * The tree of a failover of which one tier alone may serve, as somebody else has decided: that tier, whatever it takes, or
 * the end. No other tier and no policy around this one can stand in, and a fallback
 * only where one is allowed. 0 where the tier has nothing of what is grown for.
 */
export function growHeld(
  grow: Grow,
  index: number,
  policy: FailoverPolicy,
  { tier, serving }: Held,
  context: GrowContext,
): number {
  const own = { ...context, rule: undefined };
  const orFallback = (last: number): number => fallbackBefore(grow, index, policy, own, last);
  if (tier === undefined) {
    // Where it could not serve anyway, it says nothing.
    if (growFailover(grow, index, policy, { ...own, mode: 'all' }) === 0) return 0;
    return orFallback(end(grow, index, serving, BETWEEN_TTL_SECONDS));
  }
  const alone = { ...policy, tiers: [policy.tiers[tier]!] };
  const place = growFailover(grow, index, alone, { ...own, mode: 'strict' });
  if (place !== 0) return place;
  const whole = growFailover(grow, index, alone, { ...own, mode: 'all' });
  if (whole === 0) return 0;
  switch (policy.allDown) {
    case 'nodata':
      return orFallback(end(grow, index, Serving.NODATA, grow.ttlOf(index)));
    case 'servfail':
      return orFallback(end(grow, index, Serving.SERVFAIL, grow.ttlOf(index)));
    default:
      return orFallback(whole);
  }
}

/** A single writer has no fallback. */
function fallbackBefore(
  grow: Grow,
  index: number,
  { fallback }: FailoverPolicy,
  context: GrowContext,
  last: number,
): number {
  const place = fallback === undefined ? 0 : grow.use(fallback, { ...context, mode: 'strict' });
  if (place === 0) return last;
  return grow.writer.alwaysGives(place) ? place : grow.writer.gives(chain(grow, index, place, last));
}

function end(grow: Grow, policy: number, serving: Serving, ttlSeconds: number): number {
  return grow.writer.gives(grow.writer.empty({ policy, serving, ttlSeconds }, true));
}
