import { limits } from '../runtime/limits.ts';

/** The candidates of one answer: their places, in the order of the answer. One object per worker. */
export class Choice {
  readonly candidates = new Int32Array(limits.answersPerQuery);
  count = 0;
}
