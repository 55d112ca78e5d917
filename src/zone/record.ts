import type { WireName } from '../dns/names.ts';

/** One resource record of a zone, class IN, with where it was written. */
export interface ZoneRecord {
  /** As written (case kept); wildcard owners start with the label `*`. */
  readonly owner: WireName;
  readonly type: number;
  readonly ttlSeconds: number;
  /** Uncompressed wire form (RFC 1035 §3.3, RFC 3597). */
  readonly rdata: Uint8Array;
  /** The zone file, a file it includes, or the config file. */
  readonly file: string;
  readonly line: number;
}

/** A zone that has passed its checks. */
export interface Zone {
  readonly apex: WireName;
  /** For messages: the file, or the config file when the records stand inline. */
  readonly file: string;
  /**
   * Without duplicates. The records of one owner name stand together, in the order in which the names first
   * appear, and among them those of one type (an RRset), types ascending. All of an RRset have one TTL.
   */
  readonly records: readonly ZoneRecord[];
}
