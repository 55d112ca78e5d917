import { RrType, typeName } from '../dns/constants.ts';
import { formatName, isAtOrBelow, type WireName } from '../dns/names.ts';
import { rdataNameLayout } from '../dns/rdata-names.ts';
import { enclosingCut, wildcardFor } from './ancestors.ts';
import { NameIndex } from './name-index.ts';
import { Has, type Nodes } from './nodes.ts';
import type { ProblemList } from './problem-list.ts';
import type { ZoneRecord } from './record.ts';

/**
 * Checks the names of this zone that NS, MX and SRV records lead to: none is an alias (RFC 2181 §10.3,
 * RFC 2782), and name servers have addresses. `steered` names have theirs from a policy.
 */
export function checkTargets(
  nodes: Nodes,
  apex: WireName,
  steered: readonly WireName[],
  problems: ProblemList,
): void {
  const steeredNames = new NameIndex();
  for (const name of steered) steeredNames.add(name);
  for (const record of nodes.records) {
    const { type } = record;
    if (type !== RrType.NS && type !== RrType.MX && type !== RrType.SRV) continue;
    const target = record.rdata.subarray(rdataNameLayout(type).prefixBytes);
    if (!isAtOrBelow(target, apex)) continue;
    const exact = nodes.names.find(target);
    const number = exact >= 0 ? exact : wildcardFor(nodes, apex, target);
    const has = number >= 0 ? nodes.has[number]! : 0;
    if ((has & Has.CNAME) !== 0) {
      problems.warning('ZONE_RECORD', record, `${shown(record, target)}, which is an alias (CNAME)`);
    } else if (type === RrType.NS && (has & Has.ADDRESS) === 0 && steeredNames.find(target) < 0) {
      checkMissingAddress(nodes, apex, record, target, problems);
    }
  }
}

/** Inside the delegated part only glue can lead to the name server; elsewhere the lack may be mended by others. */
function checkMissingAddress(
  nodes: Nodes,
  apex: WireName,
  record: ZoneRecord,
  target: WireName,
  problems: ProblemList,
): void {
  const cut = enclosingCut(nodes, apex, target);
  if (cut < 0) {
    problems.warning('ZONE_RECORD', record, `${shown(record, target)}, which has no address`);
  } else if (isAtOrBelow(record.owner, nodes.names.name(cut))) {
    problems.error('ZONE_RECORD', record, `${shown(record, target)}, which has no glue address`);
  }
}

function shown(record: ZoneRecord, target: WireName): string {
  return `${formatName(record.owner)} ${typeName(record.type)} leads to ${formatName(target)}`;
}
