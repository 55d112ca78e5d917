import { RrType, typeName } from '../dns/constants.ts';
import { formatName, lowerName, type WireName } from '../dns/names.ts';
import { formatRdata } from '../dns/rdata.ts';
import type { Zone, ZoneRecord } from './record.ts';

/**
 * The zone as a master file, one record a line with absolute names: the SOA first, then names in canonical
 * order (RFC 4034 §6.1), types and data ascending. Loading the text gives the same records.
 */
export function formatZone(zone: Zone): string {
  const rows = zone.records.map((record) => ({ record, labels: reversedLabels(record.owner) }));
  rows.sort((a, b) => compareRows(a, b));
  return rows.map(({ record }) => `${formatRecord(record)}\n`).join('');
}

/** `owner TTL IN TYPE data`, tab-separated. */
export function formatRecord(record: ZoneRecord): string {
  const { owner, ttlSeconds, type, rdata } = record;
  return [formatName(owner), ttlSeconds, 'IN', typeName(type), formatRdata(type, rdata)].join('\t');
}

interface Row {
  readonly record: ZoneRecord;
  readonly labels: readonly Buffer[];
}

function compareRows(a: Row, b: Row): number {
  return (
    compareLabels(a.labels, b.labels) ||
    rank(a.record.type) - rank(b.record.type) ||
    Buffer.compare(a.record.rdata, b.record.rdata)
  );
}

/** The apex is the first name, and SOA the first record of it. */
function rank(type: number): number {
  return type === RrType.SOA ? 0 : type;
}

function compareLabels(a: readonly Buffer[], b: readonly Buffer[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = Buffer.compare(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Labels from the root downwards, folded to lower case. */
function reversedLabels(name: WireName): Buffer[] {
  const folded = lowerName(name);
  const labels: Buffer[] = [];
  for (let at = 0; folded[at]! > 0; at += folded[at]! + 1) {
    labels.push(Buffer.from(folded.subarray(at + 1, at + 1 + folded[at]!)));
  }
  return labels.reverse();
}
