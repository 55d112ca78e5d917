import type { Config } from '../config/model.ts';
import { edgesOf } from '../snapshot/compile/tree/ttl.ts';
import { ttlSeconds } from '../steering/ttl-class.ts';
import type { ComposedConditions } from './conditions.ts';

/**
 * When the rotation would come out different by time alone: wall clock ms, later than `nowMs`; undefined for never. Also
 * when a TTL becomes shorter because a window is about to open or to close.
 */
export function nextMoment(config: Config, conditions: ComposedConditions): number | undefined {
  const { nowMs } = conditions;
  let next = conditions.nextMoment();
  const consider = (moment: number): void => {
    if (moment > nowMs && (next === undefined || moment < next)) next = moment;
  };
  for (const policy of config.policies) {
    const { minSeconds, maxSeconds } = policy.ttl;
    for (const edge of edgesOf(policy, nowMs)) {
      consider(edge);
      const ttl = ttlSeconds((edge - nowMs) / 1000, minSeconds, maxSeconds);
      if (ttl > minSeconds) consider(edge - 1000 * ttl + 1);
    }
  }
  return next;
}
