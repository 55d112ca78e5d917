import type { Grow } from './grow.ts';

/** A branch by a view; 0 when no child gives anything. */
export function growBranch(grow: Grow, policy: number, view: number, children: readonly number[]): number {
  if (children.every((child) => child === 0)) return 0;
  const head = { policy, ttlSeconds: grow.ttlOf(policy) };
  const place = grow.writer.branch(head, view, children);
  if (children.every((child) => child !== 0 && grow.writer.alwaysGives(child))) grow.writer.gives(place);
  return place;
}
