import type { GeoMap } from '../geo/map.ts';
import type { Asker } from './asker.ts';
import type { Choice } from './choice.ts';
import type { Trace } from './trace.ts';

/** What the parts of a decision know of the whole (`evaluate.ts`). */
export interface Evaluator {
  readonly words: Int32Array;
  readonly views: readonly GeoMap[];
  readonly trace: Trace | undefined;
  /** Adds the candidates of the node at `place`, until `choice` holds `wanted`. */
  evaluate(place: number, wanted: number, asker: Asker, choice: Choice): void;
  /** The answer is what this node says of itself. */
  serves(place: number, asker: Asker): void;
}
