import { RrType } from './constants.ts';

/** Where domain names stand in a type's wire data: `names` of them, one behind the other, after `prefixBytes`. */
export interface RdataNameLayout {
  readonly prefixBytes: number;
  readonly names: number;
  /** Whether a writer may compress them: only the types of RFC 1035 (RFC 3597 §4). */
  readonly compress: boolean;
}

const none: RdataNameLayout = { prefixBytes: 0, names: 0, compress: false };

const layouts = new Map<number, RdataNameLayout>([
  [RrType.NS, { prefixBytes: 0, names: 1, compress: true }],
  [RrType.CNAME, { prefixBytes: 0, names: 1, compress: true }],
  [RrType.PTR, { prefixBytes: 0, names: 1, compress: true }],
  [RrType.SOA, { prefixBytes: 0, names: 2, compress: true }],
  [RrType.MX, { prefixBytes: 2, names: 1, compress: true }],
  [RrType.SRV, { prefixBytes: 6, names: 1, compress: false }],
  [RrType.DNAME, { prefixBytes: 0, names: 1, compress: false }],
  [RrType.SVCB, { prefixBytes: 2, names: 1, compress: false }],
  [RrType.HTTPS, { prefixBytes: 2, names: 1, compress: false }],
  [RrType.RRSIG, { prefixBytes: 18, names: 1, compress: false }],
  [RrType.NSEC, { prefixBytes: 0, names: 1, compress: false }],
]);

/**
 * The names in the data of `type`; `names` is 0 for types without any, and for NAPTR, whose name stands behind
 * strings of varying length and is never compressed or followed.
 */
export function rdataNameLayout(type: number): RdataNameLayout {
  return layouts.get(type) ?? none;
}
