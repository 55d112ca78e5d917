import { limits } from '../runtime/limits.ts';

/** What became of a slot of a walk, or of a node. */
export const Step = {
  /** A node was entered. `detail`: what it went by (the view's number, the owner's region), 0 when nothing. */
  NODE: 0,
  /** A slot gave something. `detail`: the slot. */
  TAKEN: 1,
  /** A slot's node gave nothing. */
  EMPTY: 2,
  /** A slot's share did not let the client in. */
  NOT_LET_IN: 3,
  /** A slot serves the other family only: the walk ended there. */
  VOID: 4,
  /** No slot had let the client in: the first of them that was passed by. */
  LAST_RESORT: 5,
  /** The node gave nothing, and its fallback was asked. */
  FALLBACK: 6,
  /** The end of a node. */
  END: 7,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** The steps of one decision, for explanations: three words a step (step, place of the node, detail). */
export class Trace {
  readonly words = new Int32Array(3 * limits.traceSteps);
  count = 0;

  /** Steps beyond the bound are not kept. */
  push(step: Step, place: number, detail: number): void {
    const at = 3 * this.count;
    if (at >= this.words.length) return;
    this.words[at] = step;
    this.words[at + 1] = place;
    this.words[at + 2] = detail;
    this.count++;
  }
}
