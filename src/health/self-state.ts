import type { SelfCheck } from '../config/model.ts';

/**
 * Whether this node takes itself for cut off. `isolated`: what it sees is its own fault, and verdicts of before hold.
 * `given-in`: it was, for so long that what it sees is taken for true. Times are monotonic ms.
 */
export type SelfState =
  | { readonly kind: 'well' }
  | { readonly kind: 'isolated'; readonly sinceMs: number; readonly cause: 'endpoints' | 'references' }
  | { readonly kind: 'given-in'; readonly sinceMs: number };

/** What the node sees. Only failures count in which no word came through: a refusal proves that the way is open. */
export interface Sight {
  /** Of regions with endpoints that were up before, one or more each. */
  readonly regions: readonly {
    readonly members: number;
    /** Those that were heard until within the window, and are not any more. */
    readonly lost: number;
    /** Those that are not heard, since whenever. */
    readonly unheard: number;
  }[];
  readonly references: { readonly total: number; readonly up: number; readonly down: number };
}

/** With fewer there is nothing to compare: an outage of one and one's own look the same. */
const leastMembers = 3;
const leastRegions = 2;

/**
 * The state after a look. References beat the guess from endpoints: while half of them answer the node is not cut off.
 * When most do not, and half of the endpoints neither, it is. It ends when fewer than half of the endpoints are unheard,
 * or references answer.
 */
export function judgeSelf(
  state: SelfState,
  rules: Pick<SelfCheck, 'share' | 'maxMs'>,
  sight: Sight,
  nowMs: number,
): SelfState {
  const { total, up, down } = sight.references;
  const answered = total > 0 && 2 * up >= total;
  const unanswered = 2 * down > total;
  const unheard = isHalfUnheard(sight);
  switch (state.kind) {
    case 'well':
      if (answered) return state;
      if (unanswered && unheard) return { kind: 'isolated', sinceMs: nowMs, cause: 'references' };
      return looksCutOff(sight, rules.share)
        ? { kind: 'isolated', sinceMs: nowMs, cause: 'endpoints' }
        : state;
    case 'isolated':
      if (answered || !unheard) return { kind: 'well' };
      return nowMs - state.sinceMs >= rules.maxMs ? { kind: 'given-in', sinceMs: nowMs } : state;
    case 'given-in':
      return answered || !(unheard || unanswered) ? { kind: 'well' } : state;
  }
}

/** Most endpoints of most regions are lost at once: one region that ends takes no other with it. */
function looksCutOff({ regions }: Sight, share: number): boolean {
  const members = sum(regions.map((region) => region.members));
  if (members < leastMembers || regions.length < leastRegions) return false;
  const gone = regions.filter((region) => region.lost >= share * region.members);
  return (
    gone.length >= Math.max(leastRegions, share * regions.length) &&
    sum(regions.map(({ lost }) => lost)) >= share * members
  );
}

function isHalfUnheard({ regions }: Sight): boolean {
  const members = sum(regions.map((region) => region.members));
  return members > 0 && 2 * sum(regions.map(({ unheard }) => unheard)) >= members;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
