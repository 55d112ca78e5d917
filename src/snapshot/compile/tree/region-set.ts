/** The regions that may serve: a set with a name of its own, so that trees can be kept by it. */
export class RegionSet {
  /** Equal sets have equal keys. */
  readonly key: string;
  private readonly members: ReadonlySet<number>;

  constructor(members: Iterable<number>) {
    this.members = new Set(members);
    this.key = [...this.members].sort((a, b) => a - b).join();
  }

  static all(count: number): RegionSet {
    return new RegionSet(Array(count).keys());
  }

  has(region: number): boolean {
    return this.members.has(region);
  }

  and(others: Iterable<number>): RegionSet {
    return new RegionSet([...others].filter((region) => this.members.has(region)));
  }

  [Symbol.iterator](): Iterator<number> {
    return this.members[Symbol.iterator]();
  }
}
