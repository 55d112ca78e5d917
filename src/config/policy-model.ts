import type { IpAddress } from '../ip/address.ts';
import type { Window } from '../steering/window.ts';

/** What a policy hands a client on to: a pool or a policy, as an index into `Config.pools` or `Config.policies`. */
export type Use = { readonly pool: number } | { readonly policy: number };

/** What a policy answers when nothing in it is usable; `fallback` comes before. */
export type AllDown = 'serve-all' | 'last-known-good' | 'nodata' | 'servfail';

interface PolicyBase {
  readonly name: string;
  /** Longest and shortest TTL; equal where the config names one. */
  readonly ttl: { readonly minSeconds: number; readonly maxSeconds: number };
  /** Most records in one answer. */
  readonly answers: number;
  /** Undefined: the default, which a policy inside of another leaves to that one. */
  readonly allDown: AllDown;
  readonly fallback: Use | undefined;
  /** `together`: A and AAAA of a name come from one region; `apart`: each family goes where it finds an address. */
  readonly families: 'together' | 'apart';
  readonly residency: Residency | undefined;
}

/** Who may be served by which regions. Indexes into `Config.regions`. */
export interface Residency {
  /** Values of the view, by its number: [0] clients that no database has, [1] those that no entry matches, [2 …] entries. */
  readonly permitted: readonly Permitted[];
  /** Index into `Config.views`. */
  readonly view: number;
  /** Answered instead of NODATA when no permitted region can serve. */
  readonly sorry: readonly IpAddress[];
}

export type Permitted = 'any' | readonly number[];

export interface NearestPolicy extends PolicyBase {
  readonly type: 'nearest';
  readonly from: Use;
  readonly view: number;
  readonly spread: Spread;
}

/** By measured round-trip times, then by distance. */
export interface LatencyPolicy extends PolicyBase {
  readonly type: 'latency';
  readonly from: Use;
  readonly view: number;
  readonly spread: Spread;
}

/** Where several answers come from: the nearest region and then the next; it alone; one of each of the nearest. */
export type Spread = 'fill' | 'one-region' | 'each-region';

export interface GeoPolicy extends PolicyBase {
  readonly type: 'geo';
  readonly view: number;
  /** By the view's number. Undefined: NODATA. */
  readonly branches: readonly (Use | undefined)[];
}

export interface FailoverPolicy extends PolicyBase {
  readonly type: 'failover';
  readonly tiers: readonly Tier[];
  /** False, where one tier alone may serve: one that is preferred does not take over again from one that is well. */
  readonly failback?: boolean;
  /** Never two tiers within one TTL. Tiers are endpoints or pools then, and there is no fallback. */
  readonly singleWriter?: SingleWriter | undefined;
}

export interface SingleWriter {
  /** Waited for on top of the longest TTL. */
  readonly marginMs: number;
  readonly fence: Fence | undefined;
}

/** Whom to ask to shut out the old owner; status 200 or exit status 0 confirms. */
export interface Fence {
  readonly hook: { readonly url: string } | { readonly command: readonly string[] };
  readonly timeoutMs: number;
  /** After so long without its word the move goes on; undefined: never. */
  readonly giveUpMs: number | undefined;
}

/** Endpoints of a pool, by index, that share evenly, and what stands for them in the order; or a pool or policy. */
export type Tier =
  | { readonly pool: number; readonly endpoints: readonly number[]; readonly name?: string }
  | Use;

export interface WeightedPolicy extends PolicyBase {
  readonly type: 'weighted';
  readonly by:
    | { readonly kind: 'pool'; readonly from: Use }
    /** Inside the nearest region of a view that has any. */
    | { readonly kind: 'region'; readonly from: Use; readonly view: number }
    | { readonly kind: 'shares'; readonly shares: readonly { readonly use: Use; readonly weight: number }[] };
}

export interface HashPolicy extends PolicyBase {
  readonly type: 'hash';
  /** Regions of a pool or policy, or a list. */
  readonly among:
    | { readonly kind: 'regions'; readonly from: Use }
    | { readonly kind: 'list'; readonly list: readonly Use[] };
  readonly on: 'client' | 'label';
}

export interface MultiPolicy extends PolicyBase {
  readonly type: 'multi';
  readonly from: Use;
  readonly order: 'shuffled' | 'ordered';
}

export interface HomePolicy extends PolicyBase {
  readonly type: 'home';
  readonly from: Use;
  /** Index into `Config.owners`. */
  readonly owners: number;
  /** By region, what answers for its labels in place of its endpoints in `from`. */
  readonly standing: ReadonlyMap<number, Use>;
  /** For keys that the table does not have; undefined: NODATA. */
  readonly unknown: Use | undefined;
}

export interface SchedulePolicy extends PolicyBase {
  readonly type: 'schedule';
  /** The first window that holds; `otherwise` when none does. */
  readonly windows: readonly { readonly when: Window; readonly use: Use }[];
  readonly otherwise: Use;
}

export interface SplitPolicy extends PolicyBase {
  readonly type: 'split';
  readonly rules: readonly SplitRule[];
  readonly otherwise: Use;
}

/** All conditions of a rule have to hold; undefined holds always. */
export interface SplitRule {
  /** A `match` view: numbers above 1 match. */
  readonly clients: { readonly view: number } | undefined;
  readonly family: 4 | 6 | undefined;
  readonly when: Window | undefined;
  readonly use: Use;
}

export type Policy =
  | NearestPolicy
  | LatencyPolicy
  | GeoPolicy
  | FailoverPolicy
  | WeightedPolicy
  | HashPolicy
  | MultiPolicy
  | HomePolicy
  | SchedulePolicy
  | SplitPolicy;

/** Keys (lower-case labels) and the regions that own them. */
export interface OwnerTable {
  readonly owners: ReadonlyMap<string, number>;
}

export type { Floor } from '../steering/floor.ts';

/** What a region of a pool can take. Same unit as its load. */
export interface Capacity {
  readonly region: number;
  readonly capacity: number;
  readonly load: LoadSource;
  /** Parts of the capacity: from `low` on clients spill, at `high` all do. */
  readonly low: number;
  readonly high: number;
}

/** The demand of a region's own clients: stated, or what the region reports to serve. */
export type LoadSource = { readonly kind: 'static'; readonly load: number } | MeasuredLoad;

/** A load that is asked for again and again. */
export interface MeasuredLoad {
  /**
   * `prometheus`: the instant query `query` at the server `url`. `metric`: the sum of the lines `query`, a metric with
   * or without labels, of a Prometheus page. `json`: the path `query` in a document.
   */
  readonly kind: 'prometheus' | 'metric' | 'json';
  readonly url: string;
  readonly query: string;
  readonly everyMs: number;
  /** How long the last value holds when no other comes. */
  readonly keepMs: number;
}

/** How far endpoints may be behind before they take over from another. */
export interface Replication {
  /** By endpoint. */
  readonly sources: readonly LagSource[];
  readonly maxSeconds: number;
  /** How long a standby that is behind is waited for, and what comes then. */
  readonly waitMs: number;
  readonly afterWait: 'serve' | 'nodata';
}

/** A lag in seconds. `patroni`: 0 when the member at `url` leads, or is at most `query` bytes behind. */
export interface LagSource extends Omit<MeasuredLoad, 'kind'> {
  readonly kind: MeasuredLoad['kind'] | 'patroni';
}

/** What people set above health: `drain` as weight 0, `down` and `up` as verdicts, `promote` above replication gates. */
export interface Override {
  readonly action: 'drain' | 'down' | 'up' | 'promote';
  /** A whole region, of all pools or of one, or an endpoint of a pool. */
  readonly region: number | undefined;
  readonly pool: number | undefined;
  readonly endpoint: number | undefined;
  readonly reason: string;
  readonly owner: string | undefined;
  /** Seconds since 1970; undefined: until it is taken out. */
  readonly untilSeconds: number | undefined;
}
