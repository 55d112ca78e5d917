import type { Capacity, MeasuredLoad } from '../config/policy-model.ts';
import { type Coordinates, chordSquared, unitVector } from '../geo/distance.ts';
import type { Load } from '../health/loads/load-table.ts';
import { nextShare, SHARE_STEP } from '../steering/load-band.ts';
import { SHARE_ALL } from '../steering/nodes.ts';
import { capacityShares, type RegionDemand } from '../steering/shares.ts';
import type { RegionStanding } from './returns.ts';

/** Where measured loads come from: a `LoadTable` is one. */
export interface LoadView {
  loadOf(source: MeasuredLoad): Load | undefined;
}

/** A share that follows a measured load. */
interface Followed {
  /** That of the table: each moves the share once. */
  readonly reading: number;
  /** What clients ask for, as that reading and the share before it tell. */
  readonly demand: number;
  /** What the region was let in with, so what the next reading answers to. Of SHARE_ALL. */
  readonly share: number;
}

export interface PoolShares {
  /** Of SHARE_ALL, by region. One that is down has all: it is not its share that keeps clients from it. */
  readonly shares: ReadonlyMap<number, number>;
  /** Regions that get more than they can take. */
  readonly overloaded: ReadonlySet<number>;
  /** When a measured load is too old to hold; wall clock ms. */
  readonly nextMs: number | undefined;
}

/** The shares of the regions of pools, by what they can take, what they serve, and how far their slow start is. */
export class RegionShares {
  private readonly loads: LoadView;
  private regions: readonly (Coordinates & { readonly name: string })[] = [];
  private orders: readonly (readonly number[])[] | undefined;
  private before: ReadonlyMap<string, Followed> = new Map();
  private followed = new Map<string, Followed>();

  constructor(loads: LoadView) {
    this.loads = loads;
  }

  /** Before a round of `of`: measured shares of pools that are not asked for in it are forgotten after. */
  begin(regions: readonly (Coordinates & { readonly name: string })[]): void {
    this.before = this.followed;
    this.followed = new Map();
    if (regions !== this.regions) this.orders = undefined;
    this.regions = regions;
  }

  /** `most`: of SHARE_ALL, what a region may let in by its slow start. */
  of(
    pool: CapacityPool,
    standings: ReadonlyMap<number, RegionStanding>,
    most: ReadonlyMap<number, number>,
    nowMs: number,
  ): PoolShares {
    if (pool.capacities.length === 0) return { shares: most, overloaded: new Set(), nextMs: undefined };
    const members = [...new Set([...standings.keys(), ...pool.capacities.map(({ region }) => region)])];
    const places = new Map(members.map((region, place) => [region, place]));
    const asked = members.map((region): Asked => {
      const up = (standings.get(region) ?? 'down') !== 'down';
      return this.ask(pool, region, up, most.get(region) ?? SHARE_ALL, nowMs);
    });
    const results = capacityShares(
      asked.map((one, i) => ({ ...one, order: this.orderFrom(members[i]!, places) })),
    );
    const shares = new Map<number, number>();
    const overloaded = new Set<number>();
    for (const [i, region] of members.entries()) {
      shares.set(region, asked[i]!.up ? results[i]!.share : SHARE_ALL);
      if (results[i]!.overloaded || asked[i]!.overloaded) overloaded.add(region);
    }
    const ends = asked.flatMap(({ endMs }) => endMs ?? []);
    return { shares, overloaded, nextMs: ends.length === 0 ? undefined : Math.min(...ends) };
  }

  /** A region with a measured load has its share from that; the others have to make do with what it leaves. */
  private ask(
    { name, capacities }: CapacityPool,
    region: number,
    up: boolean,
    most: number,
    nowMs: number,
  ): Asked {
    const free: Asked = { demand: 0, band: undefined, up, most, overloaded: false, endMs: undefined };
    const band = capacities.find((one) => one.region === region);
    if (band === undefined) return free;
    if (band.load.kind === 'static') return { ...free, demand: band.load.load, band };
    const load = this.loads.loadOf(band.load);
    if (load === undefined) return free;
    const key = JSON.stringify([name, this.regions[region]!.name]);
    const { share, demand } = this.follow(key, load, band, up, most);
    return {
      ...{ demand, band: undefined, up, most: share },
      overloaded: up && load.value > band.high * band.capacity,
      // The first moment at which it is older than it may be.
      endMs: Math.floor(nowMs + band.load.keepMs - load.ageMs) + 1,
    };
  }

  /** Moves the share once for each reading. The load of a region that is down says nothing of it. */
  private follow(key: string, load: Load, band: Capacity, up: boolean, most: number): Followed {
    const before = this.before.get(key) ?? { reading: 0, demand: 0, share: SHARE_ALL };
    const { value, reading } = load;
    let { share, demand } = before;
    if (up && reading !== before.reading) {
      demand = (value * SHARE_ALL) / (share || SHARE_STEP);
      share = nextShare(share, value, band);
    }
    share = Math.min(share, most);
    const followed = { reading, demand, share };
    this.followed.set(key, followed);
    return followed;
  }

  /** The other members by distance, by their places. */
  private orderFrom(region: number, places: ReadonlyMap<number, number>): number[] {
    this.orders ??= ordersByDistance(this.regions);
    return this.orders[region]!.flatMap((other) => places.get(other) ?? []);
  }
}

interface CapacityPool {
  readonly name: string;
  readonly capacities: readonly Capacity[];
}

interface Asked extends Omit<RegionDemand, 'order'> {
  /** As it reports itself. */
  readonly overloaded: boolean;
  readonly endMs: number | undefined;
}

/** For each region the others, nearest first. */
function ordersByDistance(regions: readonly Coordinates[]): number[][] {
  const points = regions.map(({ latitude, longitude }) => unitVector(latitude, longitude));
  return points.map((point, own) =>
    [...points.keys()]
      .filter((other) => other !== own)
      .sort((a, b) => chordSquared(point, points[a]!) - chordSquared(point, points[b]!) || a - b),
  );
}
