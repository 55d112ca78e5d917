import type { Policy } from '../../../config/policy-model.ts';
import { unreachable } from '../../../runtime/assert.ts';
import type { GrowContext } from './context.ts';
import { growFailover } from './failover.ts';
import { growGeo } from './geo.ts';
import type { Grow } from './grow.ts';
import { growHash } from './hash.ts';
import { growHome } from './home.ts';
import { growMulti } from './multi.ts';
import { growNearest } from './nearest.ts';
import { growSchedule } from './schedule.ts';
import { growSplit } from './split.ts';
import { growWeighted } from './weighted.ts';

/** The tree of a policy by its type alone: without residency, and without what follows when nothing is usable. */
export function growBody(grow: Grow, index: number, policy: Policy, context: GrowContext): number {
  switch (policy.type) {
    case 'nearest':
    case 'latency':
      return growNearest(grow, index, policy, context);
    case 'geo':
      return growGeo(grow, index, policy, context);
    case 'failover':
      return growFailover(grow, index, policy, context);
    case 'weighted':
      return growWeighted(grow, index, policy, context);
    case 'hash':
      return growHash(grow, index, policy, context);
    case 'multi':
      return growMulti(grow, index, policy, context);
    case 'home':
      return growHome(grow, index, policy, context);
    case 'schedule':
      return growSchedule(grow, index, policy, context);
    case 'split':
      return growSplit(grow, index, policy, context);
    default:
      return unreachable(policy);
  }
}
