import type { Swap } from './moves.ts';
import type { Spot } from './shared.ts';

/** Endpoints named on one side. */
const NAMED = 3;

/**
 * What changed inside a region: `blue → green` where the pool did, `app: a1 → a2` where endpoints of one pool did. An
 * endpoint that keeps its name has another address; without any that comes or goes it is the weights.
 */
export function swapWords({ before, now }: Pick<Swap, 'before' | 'now'>): string {
  const [old, current] = [poolsOf(before), poolsOf(now)];
  if (old !== current) return `${old} → ${current}`;
  const [gone, come] = [namesBeside(before, now), namesBeside(now, before)];
  if (gone === come) return `${current}: ${gone === '' ? 'other weights' : `other address of ${gone}`}`;
  if (gone === '') return `${current}: ${come} is new`;
  return come === '' ? `${current}: ${gone} is gone` : `${current}: ${gone} → ${come}`;
}

function poolsOf({ endpoints }: Spot): string {
  return [...new Set([...endpoints.values()].map(({ pool }) => pool))].sort().join(', ');
}

/** Of the endpoints of one that the other does not have. */
function namesBeside({ endpoints }: Spot, other: Spot): string {
  const names = [...endpoints]
    .filter(([record]) => !other.endpoints.has(record))
    .map(([, { endpoint }]) => endpoint);
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}
