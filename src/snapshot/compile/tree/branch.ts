import type { Use } from '../../../config/policy-model.ts';
import { Serving } from '../../../steering/nodes.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';

/** A branch by a view; 0 when no child gives anything. */
export function growBranch(grow: Grow, policy: number, view: number, children: readonly number[]): number {
  if (children.every((child) => child === 0)) return 0;
  // What is said to clients whose child serves the other family only.
  const head = { policy, ttlSeconds: grow.ttlOf(policy), serving: Serving.OTHER_FAMILY };
  const place = grow.writer.branch(head, view, children);
  if (children.every((child) => child !== 0 && grow.writer.alwaysGives(child))) grow.writer.gives(place);
  return place;
}

/** What a branch leads some clients to: to the last, or as a slot where a policy around it has others to go on with. */
export function growChild(grow: Grow, use: Use, context: GrowContext): number {
  return context.rule === undefined ? grow.slot(use, context) : grow.use(use, context);
}
