import { Rcode, RrType } from '../dns/constants.ts';
import { limits } from '../runtime/limits.ts';

/**
 * Counters of one worker: doubles in shared memory that this worker alone writes and the metrics page sums.
 * A double counts exactly up to 2⁵³, and reading one is a single load.
 */
export const countedTypes = [
  ...([
    'A',
    'AAAA',
    'NS',
    'SOA',
    'CNAME',
    'MX',
    'TXT',
    'SRV',
    'PTR',
    'CAA',
    'HTTPS',
    'SVCB',
    'DS',
    'DNSKEY',
  ] as const),
  'ANY',
  'other',
] as const;

export const countedRcodes = [
  ...([
    'NOERROR',
    'FORMERR',
    'SERVFAIL',
    'NXDOMAIN',
    'NOTIMP',
    'REFUSED',
    'YXDOMAIN',
    'BADVERS',
    'BADCOOKIE',
  ] as const),
] as const;

export const countedTransports = ['udp', 'tcp', 'tls'] as const;

/** Why a packet got no answer: it was a response itself, or too short to hold an id. */
export const dropReasons = ['response', 'short'] as const;
export type DropReason = (typeof dropReasons)[number];

/** What became of an answer beyond a rate limit: none was sent, or an empty one with TC. */
export const limitActions = ['drop', 'slip'] as const;
export type LimitAction = (typeof limitActions)[number];

const TYPES = 16;
const RCODES = 16;

const QUERIES = 0;
const DROPS = QUERIES + countedTransports.length * TYPES * RCODES;
const LIMITED = DROPS + 16;
const ANSWERS = LIMITED + limitActions.length;

/** Bytes of one worker's counters. */
export const counterBytes = (ANSWERS + limits.answerCounters) * Float64Array.BYTES_PER_ELEMENT;

/** Index of `meridian_dns_queries_total{transport,qtype,rcode}`. */
export function querySlot(transport: number, typeIndex: number, rcodeIndex: number): number {
  return QUERIES + (transport * TYPES + typeIndex) * RCODES + rcodeIndex;
}

/** Index of `meridian_dns_dropped_total{reason}`. */
export function dropSlot(reason: DropReason): number {
  return DROPS + dropReasons.indexOf(reason);
}

/** Index of `meridian_rate_limited_total{action}`. */
export function limitSlot(action: LimitAction): number {
  return LIMITED + limitActions.indexOf(action);
}

/** Index of `meridian_answers_total{policy,region}`; `slot` is what the rotation's counter row holds. */
export function answerSlot(slot: number): number {
  return ANSWERS + slot;
}

const typeIndexes = new Uint8Array(260).fill(countedTypes.length - 1);
for (const [index, name] of countedTypes.entries()) if (name !== 'other') typeIndexes[RrType[name]] = index;

const rcodeIndexes = new Uint8Array(32);
for (const [index, name] of countedRcodes.entries()) rcodeIndexes[Rcode[name]] = index;

export function countQuery(counters: Float64Array, transport: number, type: number, rcode: number): void {
  const typeIndex = type < typeIndexes.length ? typeIndexes[type]! : countedTypes.length - 1;
  const slot = querySlot(transport, typeIndex, rcodeIndexes[rcode]!);
  counters[slot] = counters[slot]! + 1;
}

export function countDrop(counters: Float64Array, reason: DropReason): void {
  const slot = dropSlot(reason);
  counters[slot] = counters[slot]! + 1;
}

export function countLimited(counters: Float64Array, action: LimitAction): void {
  const slot = limitSlot(action);
  counters[slot] = counters[slot]! + 1;
}
