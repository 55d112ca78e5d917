import type { GeoPolicy } from '../../../config/policy-model.ts';
import { growBranch, growChild } from './branch.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';

/** What stands in the map for where the client is. */
export function growGeo(
  grow: Grow,
  index: number,
  { view, branches }: GeoPolicy,
  context: GrowContext,
): number {
  return growBranch(
    grow,
    index,
    view,
    branches.map((use) => (use === undefined ? 0 : growChild(grow, use, context))),
  );
}
