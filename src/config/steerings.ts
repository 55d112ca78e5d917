import type { Steering } from './model.ts';

/** The ways in which steered names are answered, each different one once, in the order of their first use. */
export class SteeringList {
  readonly steerings: Steering[] = [];
  private readonly indexes = new Map<number, number>();

  /** The index of the way that is a policy alone. */
  add(policy: number): number {
    const known = this.indexes.get(policy);
    if (known !== undefined) return known;
    this.indexes.set(policy, this.steerings.length);
    const none = { https: undefined, svcb: undefined, srv: undefined, mx: undefined };
    return this.steerings.push({ policy, hosts: 'flatten', ...none }) - 1;
  }
}
