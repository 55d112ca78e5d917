import { RrType } from '../dns/constants.ts';
import { formatName, isAtOrBelow, type WireName } from '../dns/names.ts';
import { NameIndex } from './name-index.ts';
import type { ProblemList } from './problem-list.ts';
import type { ZoneRecord } from './record.ts';

/** What stands at a name, as far as checks of other names ask. */
export const Has = { ADDRESS: 1, CNAME: 2, NS: 4, DNAME: 8 } as const;

/** The records of a zone, gathered by owner name. */
export interface Nodes {
  readonly names: NameIndex;
  /** Those of name `n` are `records[starts[n] … starts[n + 1])`, types ascending, in file order inside a type. */
  readonly records: readonly ZoneRecord[];
  readonly starts: Uint32Array;
  /** Bits of `Has` for each name. */
  readonly has: Uint8Array;
}

/** Leaves out records whose owner is not in the zone, with an error for each. */
export function gatherNodes(apex: WireName, records: readonly ZoneRecord[], problems: ProblemList): Nodes {
  const names = new NameIndex();
  const numbers = new Int32Array(records.length);
  for (const [i, record] of records.entries()) {
    const { owner } = record;
    const inside = isAtOrBelow(owner, apex);
    numbers[i] = inside ? names.add(owner) : -1;
    if (!inside) {
      problems.error('ZONE_RECORD', record, `${formatName(owner)} is outside the zone ${formatName(apex)}`);
    }
  }
  const starts = countStarts(numbers, names.count);
  const has = new Uint8Array(names.count);
  const gathered = new Array<ZoneRecord>(starts[names.count]!);
  const next = starts.slice();
  for (const [i, record] of records.entries()) {
    const number = numbers[i]!;
    if (number < 0) continue;
    gathered[next[number]!++] = record;
    has[number]! |= bitOf(record.type);
  }
  sortTypes(gathered, starts);
  return { names, records: gathered, starts, has };
}

function countStarts(numbers: Int32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const number of numbers) if (number >= 0) starts[number + 1]!++;
  for (let n = 0; n < count; n++) starts[n + 1]! += starts[n]!;
  return starts;
}

function sortTypes(records: ZoneRecord[], starts: Uint32Array): void {
  for (let n = 0; n + 1 < starts.length; n++) {
    const start = starts[n]!;
    const end = starts[n + 1]!;
    let sorted = true;
    for (let i = start + 1; i < end; i++) sorted &&= records[i - 1]!.type <= records[i]!.type;
    if (sorted) continue;
    const some = records.slice(start, end).sort((a, b) => a.type - b.type);
    for (let i = start; i < end; i++) records[i] = some[i - start]!;
  }
}

function bitOf(type: number): number {
  switch (type) {
    case RrType.A:
    case RrType.AAAA:
      return Has.ADDRESS;
    case RrType.CNAME:
      return Has.CNAME;
    case RrType.NS:
      return Has.NS;
    case RrType.DNAME:
      return Has.DNAME;
    default:
      return 0;
  }
}
