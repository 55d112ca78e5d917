import { RrType, typeName } from '../dns/constants.ts';
import { formatName, isWildcard, lowerName, sameName, type WireName } from '../dns/names.ts';
import { rdataNameLayout } from '../dns/rdata-names.ts';
import type { Nodes } from './nodes.ts';
import type { ProblemList } from './problem-list.ts';
import type { ZoneRecord } from './record.ts';

/** Checks what stands at name `n` and returns what is kept of it. */
export function checkNode(nodes: Nodes, n: number, apex: WireName, problems: ProblemList): ZoneRecord[] {
  const { records } = nodes;
  const kept: ZoneRecord[] = [];
  const end = nodes.starts[n + 1]!;
  for (let start = nodes.starts[n]!; start < end; ) {
    let next = start + 1;
    while (next < end && records[next]!.type === records[start]!.type) next++;
    if (next === start + 1) kept.push(records[start]!);
    else for (const record of reduceSet(records.slice(start, next), problems)) kept.push(record);
    start = next;
  }
  const isApex = sameName(nodes.names.name(n), apex);
  checkSingles(kept, isApex, problems);
  checkAlias(kept, problems);
  checkCut(kept, isApex, problems);
  return kept;
}

/** An RRset without duplicates and with its smallest TTL (RFC 2181 §5). */
function reduceSet(set: readonly ZoneRecord[], problems: ProblemList): ZoneRecord[] {
  const byData = new Map<string, ZoneRecord>();
  for (const record of set) {
    const key = comparableData(record);
    const twin = byData.get(key);
    if (twin === undefined) byData.set(key, record);
    else {
      problems.warning(
        'ZONE_RECORD',
        record,
        `${shown(record)} stands ${on(twin, record)} already; left out`,
      );
    }
  }
  const kept = [...byData.values()];
  // Signatures at one name cover different RRsets, each with its TTL (RFC 4034 §3).
  return kept[0]!.type === RrType.RRSIG ? kept : unifyTtl(kept, problems);
}

function unifyTtl(set: ZoneRecord[], problems: ProblemList): ZoneRecord[] {
  const first = set[0]!;
  const least = set.reduce((ttl, record) => Math.min(ttl, record.ttlSeconds), first.ttlSeconds);
  for (const record of set) {
    if (record.ttlSeconds === first.ttlSeconds) continue;
    const found = `TTL ${record.ttlSeconds}, but ${first.ttlSeconds} ${on(first, record)}`;
    problems.warning('ZONE_RECORD', record, `${shown(record)} has ${found}; ${least} is used for both`);
  }
  return set.map((record) => (record.ttlSeconds === least ? record : withTtl(record, least)));
}

function withTtl(record: ZoneRecord, ttlSeconds: number): ZoneRecord {
  const { owner, type, rdata, file, line } = record;
  return { owner, type, ttlSeconds, rdata, file, line };
}

/** The data as a map key; names in it fold their case. */
function comparableData({ type, rdata }: ZoneRecord): string {
  const { prefixBytes, names } = rdataNameLayout(type);
  let end = prefixBytes;
  for (let i = 0; i < names; i++) {
    while (rdata[end]! > 0) end += rdata[end]! + 1;
    end++;
  }
  const text = Buffer.from(rdata).toString('latin1');
  if (names === 0) return text;
  const folded = Buffer.from(lowerName(rdata.subarray(prefixBytes, end))).toString('latin1');
  return text.slice(0, prefixBytes) + folded + text.slice(end);
}

/** Types of which a name has one record at most; SOA only at the apex. */
function checkSingles(kept: readonly ZoneRecord[], isApex: boolean, problems: ProblemList): void {
  for (const [i, record] of kept.entries()) {
    const { type } = record;
    if (type !== RrType.SOA && type !== RrType.CNAME && type !== RrType.DNAME) continue;
    if (type === RrType.SOA && !isApex) {
      problems.error('ZONE_RECORD', record, `${shown(record)} is not at the apex of the zone`);
    } else if (i > 0 && kept[i - 1]!.type === type) {
      problems.error('ZONE_RECORD', record, `${shown(record)} is one too many; a name has one at most`);
    }
  }
}

/** RFC 1034 §3.6.2, RFC 4034 §4: only DNSSEC's own records stand beside a CNAME. */
function checkAlias(kept: readonly ZoneRecord[], problems: ProblemList): void {
  if (kept.length < 2) return;
  const alias = kept.find((record) => record.type === RrType.CNAME);
  const other = kept.find((record) => !besideAlias.has(record.type));
  if (alias === undefined || other === undefined) return;
  const beside = `${typeName(other.type)} ${on(other, alias)}`;
  problems.error('ZONE_RECORD', alias, `${shown(alias)} has ${beside} beside it; a CNAME stands alone`);
}

const besideAlias: ReadonlySet<number> = new Set([RrType.CNAME, RrType.RRSIG, RrType.NSEC]);

/** What a name that ends the zone's authority, or renames all below it, may not be. */
function checkCut(kept: readonly ZoneRecord[], isApex: boolean, problems: ProblemList): void {
  const dname = kept.find((record) => record.type === RrType.DNAME);
  const ns = kept.find((record) => record.type === RrType.NS);
  if (dname !== undefined && ns !== undefined && !isApex) {
    problems.error('ZONE_RECORD', dname, `${shown(dname)} has NS ${on(ns, dname)} beside it (RFC 6672 §2.4)`);
  }
  for (const record of [ns, dname]) {
    if (record === undefined || !isWildcard(record.owner)) continue;
    problems.error('ZONE_RECORD', record, `${shown(record)} has no meaning at a wildcard (RFC 4592 §4)`);
  }
}

function shown(record: ZoneRecord): string {
  return `${formatName(record.owner)} ${typeName(record.type)}`;
}

/** Where `other` is, for a message at `record`. */
function on(other: ZoneRecord, record: ZoneRecord): string {
  return other.file === record.file ? `on line ${other.line}` : `in ${other.file}:${other.line}`;
}
