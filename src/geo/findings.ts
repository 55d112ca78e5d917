import type { Compiled } from './compile.ts';
import { countsByNumber } from './counts.ts';
import { MatchNumber } from './match-view.ts';
import type { View } from './views.ts';

/** What there is to say about a view that was compiled. */
export interface ViewFindings {
  /** Keys that do not do what they seem to: `US-ZZ matches no record`. */
  readonly notes: readonly string[];
  /** Of a match view: shares, 0 … 1, of the IPv4 addresses that are not reserved. */
  readonly shares: { readonly unplaced: number; readonly noEntry: number } | undefined;
}

export function findingsOf({ map, notes }: Compiled, view: View): ViewFindings {
  if (view.kind !== 'match') return { notes, shares: undefined };
  const counts = countsByNumber(map);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const unplaced = counts[MatchNumber.UNPLACED]! / all;
  return { notes, shares: { unplaced, noEntry: counts[MatchNumber.NO_ENTRY]! / all } };
}
