import type { Steering } from './model.ts';

/** The ways in which steered names are answered, each different one once, in the order of their first use. */
export class SteeringList {
  readonly steerings: Steering[] = [];
  private readonly indexes = new Map<string, number>();

  /** The index of a way. */
  add(steering: Steering): number {
    const key = JSON.stringify(steering);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    this.indexes.set(key, this.steerings.length);
    return this.steerings.push(steering) - 1;
  }
}
