import { RrType } from '../../dns/constants.ts';
import { isWildcard, lowerName, nameKey, type WireName } from '../../dns/names.ts';
import type { Zone, ZoneRecord } from '../../zone/record.ts';

/** A zone and which of its names are steered by which policy (an index). */
export interface ServedZone {
  readonly zone: Zone;
  readonly steer: readonly { readonly owner: WireName; readonly policy: number }[];
}

/** A name of a zone on its way into the image. */
export interface TreeNode {
  /** Lower case. */
  readonly name: WireName;
  readonly apex: TreeNode | undefined;
  readonly rrsets: ZoneRecord[][];
  policy: number;
  cut: TreeNode | undefined;
  wildcard: TreeNode | undefined;
  /** Apex only: the name above it in the enclosing zone, when we serve that too. */
  above: TreeNode | undefined;
}

/**
 * All names of all zones with the empty non-terminals between them (RFC 4592 §2.2.2), by key. Where a zone and a
 * zone below it are both served, a name belongs to the deeper one; of what the upper zone says about the deeper
 * one's apex only DS stays, since it has its place there (RFC 4035 §3.1.4.1).
 */
export function buildNameTree(zones: readonly ServedZone[]): Map<string, TreeNode> {
  const nodes = new Map<string, TreeNode>();
  const deepestFirst = [...zones].sort((a, b) => b.zone.apex.length - a.zone.apex.length);
  const apexes = new Set(zones.map(({ zone }) => nameKey(zone.apex)));
  const inner = innerApexes(apexes);
  for (const served of deepestFirst) addZone(nodes, served, apexes, inner);
  return nodes;
}

/** For each zone the zones directly inside of it. */
function innerApexes(apexes: ReadonlySet<string>): Map<string, string[]> {
  const inner = new Map<string, string[]>();
  for (const apex of apexes) {
    let at = apex;
    do at = parentKey(at);
    while (at !== '' && !apexes.has(at));
    const siblings = inner.get(at);
    if (siblings === undefined) inner.set(at, [apex]);
    else siblings.push(apex);
  }
  return inner;
}

function addZone(
  nodes: Map<string, TreeNode>,
  { zone, steer }: ServedZone,
  apexes: ReadonlySet<string>,
  inner: ReadonlyMap<string, readonly string[]>,
): void {
  const apex = newNode(lowerName(zone.apex), undefined);
  const apexKey = nameKey(zone.apex);
  nodes.set(apexKey, apex);
  const own: TreeNode[] = [apex];
  const nodeOf = (owner: WireName): TreeNode | undefined => {
    const key = nameKey(owner);
    const known = nodes.get(key);
    if (known !== undefined) return known === apex || known.apex === apex ? known : undefined;
    if (isInDeeperZone(key, apexKey, apexes)) return undefined;
    return addWithAncestors(nodes, key, apex, own);
  };
  for (const record of zone.records) {
    const node = nodeOf(record.owner);
    if (node !== undefined) addRecord(node, record);
    else if (record.type === RrType.DS) addToDeeperApex(nodes, record, apexes);
  }
  for (const { owner, policy } of steer) {
    const node = nodeOf(owner);
    if (node !== undefined) node.policy = policy;
  }
  // What is inside exists here too, so that the names between are empty non-terminals of this zone.
  for (const key of inner.get(apexKey) ?? []) {
    nodes.get(key)!.above = addWithAncestors(nodes, parentKey(key), apex, own);
  }
  markCuts(nodes, own);
}

function newNode(name: WireName, apex: TreeNode | undefined): TreeNode {
  return { name, apex, rrsets: [], policy: -1, cut: undefined, wildcard: undefined, above: undefined };
}

/** Adds a name and those of its ancestors that are missing, up to the apex. */
function addWithAncestors(
  nodes: Map<string, TreeNode>,
  key: string,
  apex: TreeNode,
  own: TreeNode[],
): TreeNode {
  const known = nodes.get(key);
  if (known !== undefined) return known;
  const parent = addWithAncestors(nodes, parentKey(key), apex, own);
  const node = newNode(bytesOf(key), apex);
  if (isWildcard(node.name)) parent.wildcard = node;
  nodes.set(key, node);
  own.push(node);
  return node;
}

function isInDeeperZone(key: string, apexKey: string, apexes: ReadonlySet<string>): boolean {
  for (let at = key; at.length > apexKey.length; at = parentKey(at)) if (apexes.has(at)) return true;
  return false;
}

function addRecord(node: TreeNode, record: ZoneRecord): void {
  const last = node.rrsets.at(-1);
  const rrset =
    last?.[0]?.type === record.type ? last : node.rrsets.find((set) => set[0]!.type === record.type);
  if (rrset === undefined) node.rrsets.push([record]);
  else rrset.push(record);
}

function addToDeeperApex(
  nodes: Map<string, TreeNode>,
  record: ZoneRecord,
  apexes: ReadonlySet<string>,
): void {
  const key = nameKey(record.owner);
  const node = nodes.get(key);
  if (node !== undefined && apexes.has(key)) addRecord(node, record);
}

/** Tells each name under which delegation it lies. Parents come before children in `own`. */
function markCuts(nodes: Map<string, TreeNode>, own: readonly TreeNode[]): void {
  for (const node of own) {
    if (node.apex === undefined) continue;
    const parent = nodes.get(parentKey(nameKey(node.name)))!;
    const delegates = node.rrsets.some((set) => set[0]!.type === RrType.NS);
    // NS at a wildcard delegates nothing (RFC 4592 §4.2): it is answered like any other record.
    node.cut = parent.cut ?? (delegates && !isWildcard(node.name) ? node : undefined);
  }
}

function parentKey(key: string): string {
  return key.slice(key.charCodeAt(0) + 1);
}

function bytesOf(key: string): WireName {
  return Uint8Array.from(key, (char) => char.charCodeAt(0));
}
