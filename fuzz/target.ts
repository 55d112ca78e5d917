/** Something that takes bytes from outside. */
export interface Target {
  /** Valid inputs to start from. */
  readonly seeds: readonly Uint8Array[];
  /** Feeds one input; throws when a promise is broken. */
  run(input: Uint8Array): void;
}

class BrokenPromise extends Error {}

export function promise(kept: boolean, what: string): asserts kept {
  if (!kept) throw new BrokenPromise(what);
}
