import type { Layer, Question } from './walk.ts';

/** How one view is made from what the databases say. */
export interface ViewCompiler {
  readonly questions: readonly Question[];
  /** Whether the view is of no use when no database places anybody. */
  readonly needsPlaces: boolean;
  /** Takes the layers of `questions`, in their order. */
  finish(layers: readonly Layer[], databases: DatabasesFound): CompiledView;
}

/** What databases there are for a view. */
export interface DatabasesFound {
  readonly any: boolean;
  /** Whether one of them tells AS numbers. */
  readonly systems: boolean;
}

/** A compiled view. */
export interface CompiledView {
  /** For `GeoMap`. */
  readonly map: SharedArrayBuffer;
  /** Rankings ran out (`limits.geoRankings`): some are by the nearest region alone. */
  readonly coarse: boolean;
  /** What an operator should know about the keys of the view. */
  readonly notes: readonly string[];
}
