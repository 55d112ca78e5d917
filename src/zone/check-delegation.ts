import { RrType, typeName } from '../dns/constants.ts';
import { formatName, type WireName } from '../dns/names.ts';
import { dnameAbove, enclosingCut } from './ancestors.ts';
import { Has, type Nodes } from './nodes.ts';
import type { ProblemList } from './problem-list.ts';
import type { ZoneRecord } from './record.ts';

/** Tells of records that a delegation or a DNAME above them hides. */
export function checkHidden(nodes: Nodes, apex: WireName, problems: ProblemList): void {
  const { names, records, starts, has } = nodes;
  const apexNumber = names.find(apex);
  const someCut = has.some((bits, n) => (bits & Has.NS) !== 0 && n !== apexNumber);
  const someDname = has.some((bits) => (bits & Has.DNAME) !== 0);
  if (!someCut && !someDname) return;
  const glue = findGlue(nodes);
  for (let n = 0; n < names.count; n++) {
    const name = names.name(n);
    const dname = someDname ? dnameAbove(nodes, apex, name) : -1;
    if (dname >= 0) {
      const message = `${formatName(name)} is below the DNAME of ${formatName(names.name(dname))} (RFC 6672 §2.4)`;
      problems.error('ZONE_RECORD', records[starts[n]!]!, message);
    }
    const cut = someCut ? enclosingCut(nodes, apex, name) : -1;
    if (cut < 0) continue;
    const hidden = records
      .slice(starts[n], starts[n + 1])
      .find((record) => !isSeen(record, cut === n, glue[n] === 1));
    if (hidden === undefined) continue;
    const what = `${formatName(name)} ${typeName(hidden.type)}`;
    const message = `${what} is hidden by the delegation of ${formatName(names.name(cut))}`;
    problems.warning('ZONE_RECORD', hidden, message);
  }
}

/** 1 for each name that is the target of an NS record. */
function findGlue(nodes: Nodes): Uint8Array {
  const glue = new Uint8Array(nodes.names.count);
  for (const record of nodes.records) {
    const number = record.type === RrType.NS ? nodes.names.find(record.rdata) : -1;
    if (number >= 0) glue[number] = 1;
  }
  return glue;
}

/** Whether a referral or a query for DS can show the record. */
function isSeen({ type }: ZoneRecord, atCut: boolean, isGlue: boolean): boolean {
  if (type === RrType.A || type === RrType.AAAA) return isGlue;
  return atCut && seenAtCut.has(type);
}

/** The last three are errors there, told elsewhere. */
const seenAtCut: ReadonlySet<number> = new Set([
  ...[RrType.NS, RrType.DS, RrType.NSEC, RrType.RRSIG],
  ...[RrType.CNAME, RrType.DNAME, RrType.SOA],
]);
