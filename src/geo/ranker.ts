import { assert } from '../runtime/assert.ts';
import { limits } from '../runtime/limits.ts';
import {
  biasFactor,
  type Coordinates,
  chordSquared,
  metresOfChord,
  type UnitVector,
  unitVector,
} from './distance.ts';

/** What rankings are made for. */
export interface RankedRegions {
  /** At most 255, as the config lists them. */
  readonly regions: readonly Coordinates[];
  /** Which regions serve together: the region numbers of each pool. */
  readonly sets: readonly (readonly number[])[];
}

/** Up to this many regions, every ranking is the exact order by distance. */
const exactRegions = 8;
/** Of each set of regions, this many are in exact order at the front of a ranking. */
const exactPerSet = 4;

/**
 * Orders regions by great-circle distance × bias from a place, ties as the config lists them, and numbers the distinct
 * orders. Exact orders of thirty regions would be millions. A pool answers from its nearest few, so a ranking is
 * exact until each set of regions that a pool uses has had its share; the rest follows by distance from the
 * nearest region itself.
 */
export class Ranker {
  readonly regionCount: number;
  count = 0;
  /** True once `limits.geoRankings` was met: later places are ranked by their nearest region alone. */
  coarse = false;
  private rows: Uint8Array;
  private readonly slots = new Int32Array(1 << 18).fill(-1);
  private readonly vectors: readonly UnitVector[];
  /** For each region, all regions by distance from it. */
  private readonly fromRegion: readonly Uint8Array[];
  /** For each region, the sets that it is in. */
  private readonly setsOf: readonly (readonly number[])[];
  private readonly needs: readonly number[];
  private readonly missing: Int32Array;
  private readonly distances: Float64Array;
  private readonly row: Uint8Array;

  /** By what distances are multiplied, by region; undefined when nothing is biased: then chords do, which cost less. */
  private readonly factors: readonly number[] | undefined;

  /** The first ranking, number 0, is the order of `regions`. `bias` is in percent, by region. */
  constructor({ regions, sets }: RankedRegions, bias: readonly number[] = []) {
    const count = regions.length;
    this.factors = bias.some((percent) => percent !== 0) ? bias.map(biasFactor) : undefined;
    assert(this.factors === undefined || bias.length === count, 'each region has a bias');
    assert(count <= limits.regions, 'a region number fits a byte');
    this.regionCount = count;
    this.vectors = regions.map((region) => unitVector(region.latitude, region.longitude));
    this.distances = new Float64Array(count);
    this.row = Uint8Array.from(regions.keys());
    this.rows = new Uint8Array(Math.max(1, count) * 64);
    const distinct = rankedSets(count, sets);
    this.setsOf = regions.map((_, region) =>
      [...distinct.keys()].filter((i) => distinct[i]!.includes(region)),
    );
    // The last of a small set needs no place at the front: only one position is left for it.
    const exact = count <= exactRegions ? exactRegions : exactPerSet;
    this.needs = distinct.map((set) => (set.length <= exact ? set.length - 1 : exact));
    this.missing = new Int32Array(distinct.length);
    this.fromRegion = this.vectors.map((vector) => {
      this.measure(vector);
      return Uint8Array.from(regions.keys()).sort((a, b) => this.distances[a]! - this.distances[b]! || a - b);
    });
    this.intern();
  }

  /** The number of the ranking for a place, in degrees. */
  rank(latitude: number, longitude: number): number {
    if (this.regionCount === 0) return 0;
    this.measure(unitVector(latitude, longitude));
    this.coarse ||= this.count >= limits.geoRankings;
    this.fillRow();
    return this.intern();
  }

  /** The number of the ranking for an order of all regions, which is cut as any other is. */
  rankOrder(order: ArrayLike<number>): number {
    for (let i = 0; i < this.regionCount; i++) this.distances[order[i]!] = i;
    this.coarse ||= this.count >= limits.geoRankings;
    this.fillRow();
    return this.intern();
  }

  /** The regions of a ranking, in its order. */
  regionsOf(ranking: number): Uint8Array {
    return this.rows.subarray(ranking * this.regionCount, (ranking + 1) * this.regionCount);
  }

  /** All rankings, `regionCount` bytes each. */
  table(): Uint8Array {
    return this.rows.subarray(0, this.count * this.regionCount);
  }

  private measure(place: UnitVector): void {
    const { distances, factors } = this;
    for (let i = 0; i < this.regionCount; i++) distances[i] = chordSquared(this.vectors[i]!, place);
    if (factors === undefined) return;
    for (let i = 0; i < this.regionCount; i++) distances[i] = metresOfChord(distances[i]!) * factors[i]!;
  }

  /** Orders the regions by `distances` into `row`; a region that is placed gets the distance Infinity. */
  private fillRow(): void {
    const { row, distances } = this;
    let open = 0;
    for (let i = 0; i < this.needs.length; i++) {
      this.missing[i] = this.needs[i]!;
      if (this.needs[i]! > 0) open++;
    }
    let placed = 0;
    for (; placed === 0 || (open > 0 && placed < this.regionCount && !this.coarse); placed++) {
      let nearest = 0;
      for (let i = 1; i < this.regionCount; i++) if (distances[i]! < distances[nearest]!) nearest = i;
      row[placed] = nearest;
      distances[nearest] = Number.POSITIVE_INFINITY;
      for (const set of this.setsOf[nearest]!) if (--this.missing[set]! === 0) open--;
    }
    for (const region of this.fromRegion[row[0]!]!) {
      if (distances[region] !== Number.POSITIVE_INFINITY) row[placed++] = region;
    }
  }

  /** The number of the order in `row`, a new one if it is new. */
  private intern(): number {
    let hash = 0x811c9dc5;
    for (const region of this.row) hash = Math.imul(hash ^ region, 0x01000193);
    for (
      let slot = (hash ^ (hash >>> 15)) & (this.slots.length - 1);
      ;
      slot = (slot + 1) & (this.slots.length - 1)
    ) {
      const known = this.slots[slot]!;
      if (known >= 0 && this.rowIs(known)) return known;
      if (known < 0) {
        this.slots[slot] = this.count;
        return this.addRow();
      }
    }
  }

  private rowIs(ranking: number): boolean {
    const at = ranking * this.regionCount;
    for (let i = 0; i < this.regionCount; i++) if (this.rows[at + i] !== this.row[i]) return false;
    return true;
  }

  private addRow(): number {
    const at = this.count * this.regionCount;
    if (at + this.regionCount > this.rows.length) {
      const larger = new Uint8Array(2 * this.rows.length);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows.set(this.row, at);
    return this.count++;
  }
}

/**
 * The sets that rankings are made for: in one form whatever the order and the repetitions of those given. With few
 * regions it is the set of all.
 */
export function rankedSets(regionCount: number, sets: readonly (readonly number[])[]): number[][] {
  if (regionCount <= exactRegions) return [[...Array(regionCount).keys()]];
  const distinct = new Map<string, number[]>();
  for (const set of sets) {
    const members = [...new Set(set)].sort((a, b) => a - b);
    if (members.length > 1) distinct.set(members.join(), members);
  }
  return [...distinct.keys()].sort().map((key) => distinct.get(key)!);
}
