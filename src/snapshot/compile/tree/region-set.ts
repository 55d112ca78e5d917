/** The regions that may serve. Equal sets are the same object, so that trees can be kept by their numbers. */
export class RegionSet {
  readonly id: number;
  private readonly members: readonly boolean[];
  private readonly sets: Map<string, RegionSet>;

  private constructor(members: readonly boolean[], sets: Map<string, RegionSet>) {
    this.id = sets.size;
    this.members = members;
    this.sets = sets;
  }

  static all(count: number): RegionSet {
    const sets = new Map<string, RegionSet>();
    return intern(Array<boolean>(count).fill(true), sets);
  }

  has(region: number): boolean {
    return this.members[region] === true;
  }

  /** Those of them that are in the list as well. */
  and(regions: readonly number[]): RegionSet {
    const members = this.members.map(() => false);
    for (const region of regions) members[region] = this.has(region);
    return intern(members, this.sets);
  }

  static of(members: readonly boolean[], sets: Map<string, RegionSet>): RegionSet {
    return new RegionSet(members, sets);
  }
}

function intern(members: readonly boolean[], sets: Map<string, RegionSet>): RegionSet {
  const key = members.map(Number).join('');
  let set = sets.get(key);
  if (set === undefined) {
    set = RegionSet.of(members, sets);
    sets.set(key, set);
  }
  return set;
}
