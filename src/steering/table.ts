/**
 * The tables that a choice reads: a policy's plan as words. `snapshot/rotation.ts` holds them for all policies,
 * `snapshot/compile/rotation-builder.ts` writes them. Places are word indexes, 0 means "none".
 */
export const PolicyField = {
  /** A `Walk`. */
  WALK: 0,
  /** Most addresses in one answer. */
  ANSWERS: 1,
  /** Place of the table for A: the group's place for SINGLE, else a group's place for each region. */
  TABLE_A: 2,
  TABLE_AAAA: 3,
  /** A `Serving` for each family: why these candidates. */
  SERVING_A: 4,
  SERVING_AAAA: 5,
  /** Seconds that an empty answer may be cached while its cause can pass. */
  TTL: 6,
  /** Place of a row with the counter of each region. */
  COUNTERS: 7,
  SIZE: 8,
} as const;

/** Why a policy serves what it serves. */
export const Serving = {
  /** The pool has no endpoint of this family. */
  NONE: 0,
  /** Endpoints that are up. */
  HEALTHY: 1,
  /** None is up; endpoints that no probe has judged yet. */
  UNKNOWN: 2,
  /** All are down: `all-down: serve-all`. */
  ALL: 3,
  /** All are down: those that were up last. */
  LAST_GOOD: 4,
  /** All are down: `all-down: nodata`. */
  NODATA: 5,
} as const;
export type Serving = (typeof Serving)[keyof typeof Serving];

/** A group: its number of candidates, their total weight, then the candidates. */
export const GroupField = { COUNT: 0, WEIGHT: 1, CANDIDATES: 2 } as const;

export const CandidateField = {
  WEIGHT: 0,
  REGION: 1,
  /** Index in the pool. */
  ENDPOINT: 2,
  /** Byte place of the encoded record. */
  RECORD: 3,
  SIZE: 4,
} as const;
