import { RrType } from '../dns/constants.ts';
import { formatName, type WireName } from '../dns/names.ts';
import { checkHidden } from './check-delegation.ts';
import { checkNode } from './check-node.ts';
import { checkTargets } from './check-target.ts';
import { gatherNodes, type Nodes } from './nodes.ts';
import type { ProblemList } from './problem-list.ts';
import type { ZoneRecord } from './record.ts';

/** What is checked, and what is known besides the records. */
export interface CheckInput {
  readonly apex: WireName;
  readonly file: string;
  readonly records: readonly ZoneRecord[];
  /** False when some records could not be read: then nothing is said to be missing. */
  readonly complete: boolean;
  /** Names that get addresses from a policy. */
  readonly steered: readonly WireName[];
}

/**
 * Checks the records of a zone against each other and returns them in the order of `Zone.records`, without
 * duplicates and with one TTL for each RRset. `docs/operators/zones.md` lists the rules.
 */
export function checkZone(input: CheckInput, problems: ProblemList): ZoneRecord[] {
  const { apex, records, complete, steered } = input;
  const nodes = gatherNodes(apex, records, problems);
  const kept: ZoneRecord[] = [];
  for (let n = 0; n < nodes.names.count; n++) {
    for (const record of checkNode(nodes, n, apex, problems)) kept.push(record);
  }
  checkHidden(nodes, apex, problems);
  if (complete) {
    checkApex(nodes, input, problems);
    checkTargets(nodes, apex, steered, problems);
  }
  return kept;
}

/** RFC 1035 §5.2: one SOA; RFC 2181 §6.1: its name servers. More than one SOA is `checkNode`'s. */
function checkApex(nodes: Nodes, { apex, file }: CheckInput, problems: ProblemList): void {
  const n = nodes.names.find(apex);
  const at = n < 0 ? [] : nodes.records.slice(nodes.starts[n], nodes.starts[n + 1]);
  for (const [type, name] of [
    [RrType.SOA, 'SOA'],
    [RrType.NS, 'NS'],
  ] as const) {
    if (at.some((record) => record.type === type)) continue;
    problems.error(
      'ZONE_RECORD',
      { file, line: 0 },
      `the zone ${formatName(apex)} has no ${name} at its apex`,
    );
  }
}
