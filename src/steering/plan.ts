/** An endpoint that a policy may serve now. */
export interface Candidate {
  /** Index in the pool. */
  readonly endpoint: number;
  readonly region: number;
  /** 0–1000. */
  readonly weight: number;
}

/** How an answer is put together from groups of candidates. The numbers stand in the rotation. */
export const Walk = {
  /** One group, whoever asks. */
  SINGLE: 0,
  /** Groups by region; along the client's ranking until the answer is full. */
  FILL: 1,
  /** Groups by region; the first region of the client's ranking that has a group, and no further. */
  FIRST: 2,
} as const;
export type Walk = (typeof Walk)[keyof typeof Walk];

/**
 * What a policy serves, given which candidates are eligible. Within a group, candidates are drawn without
 * replacement by weight. `groups` has one group for SINGLE, else one for each region that has candidates.
 */
export interface Plan {
  readonly walk: Walk;
  readonly groups: readonly (readonly Candidate[])[];
}

/** Candidates by region, regions in ascending order. */
export function byRegion(candidates: readonly Candidate[]): Candidate[][] {
  const groups = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const group = groups.get(candidate.region);
    if (group === undefined) groups.set(candidate.region, [candidate]);
    else group.push(candidate);
  }
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
}

/** Weight 0 takes no share while any other candidate of the group has one; alone, the group shares evenly. */
export function withShares(candidates: readonly Candidate[]): Candidate[] {
  const weighted = candidates.filter((candidate) => candidate.weight > 0);
  return weighted.length > 0 ? weighted : evenly(candidates);
}

export function evenly(candidates: readonly Candidate[]): Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, weight: 1 }));
}
