/**
 * What stands behind `Conditions`, in words: whoever composes them from overrides, floors, slow starts and loads knows.
 * Indexes are those of the config. Undefined: nothing to say.
 */
export interface ConditionWords {
  /** Why an endpoint is in its state, or drained, other than by its probes: `drained by ann: change 4711, until 10:00`. */
  endpoint(pool: number, endpoint: number): string | undefined;
  /** Why a region lets in the share that it does: `slow start, step 4 of 10`. */
  share(pool: number, region: number): string | undefined;
  /** What the pool's floor holds: `2 of 3 regions must stay`. */
  floor(pool: number): string | undefined;
}

/** Of conditions that are health alone. */
export const noWords: ConditionWords = {
  endpoint: () => undefined,
  share: () => undefined,
  floor: () => undefined,
};
