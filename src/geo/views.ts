import type { Prefix } from '../ip/prefix.ts';

/** A map from client prefix to a number; equal ones stand once. */
export type View =
  /** Numbers are rankings. Bias in percent, −99 … 99, by region. */
  | { readonly kind: 'distance'; readonly bias: readonly number[] }
  /** Numbers are rankings. */
  | { readonly kind: 'latency'; readonly table: LatencyTable }
  /** Numbers: 0 no database has the client, 1 no entry matches, 2 + i entry i. */
  | { readonly kind: 'match'; readonly entries: readonly MatchEntry[] };

/** What clients an entry stands for. Several keys may lead to one entry. The most specific key wins. */
export interface MatchEntry {
  readonly keys: readonly MatchKey[];
}

export type MatchKey =
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  | { readonly kind: 'asn'; readonly asn: number }
  /** ISO 3166-2 without its country: `CA` of `US-CA`. */
  | { readonly kind: 'subdivision'; readonly country: string; readonly subdivision: string }
  | { readonly kind: 'country'; readonly country: string }
  | { readonly kind: 'continent'; readonly continent: string };

/** Measured round-trip times. */
export interface LatencyTable {
  readonly rows: readonly LatencyRow[];
}

export interface LatencyRow {
  readonly client: Exclude<MatchKey, { readonly kind: 'subdivision' | 'continent' }>;
  readonly region: number;
  readonly milliseconds: number;
}
