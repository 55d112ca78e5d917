import { RrType } from '../../dns/constants.ts';
import { isWildcard, nameKey, sameName, type WireName } from '../../dns/names.ts';
import { assert } from '../../runtime/assert.ts';
import { NameIndex } from '../../zone/name-index.ts';
import type { Zone, ZoneRecord } from '../../zone/record.ts';
import { Column } from './column.ts';

/** A zone and which of its names are steered by which entry of the rotation (an index). */
export interface ServedZone {
  readonly zone: Zone;
  readonly steer: readonly { readonly owner: WireName; readonly steering: number }[];
}

/** A node that isn't there. */
export const NO_NODE = -1;

/**
 * All names of all zones with the empty non-terminals between them (RFC 4592 §2.2.2), numbered from 0. Columns, not
 * objects: a million names are tens of megabytes so. Where a zone and a zone below it are both served, a name belongs
 * to the deeper one; of what the upper zone says about the deeper one's apex only DS stays, since it has its place
 * there (RFC 4035 §3.1.4.1).
 */
export class NameTree {
  readonly names = new NameIndex();
  /** The apex of the node's zone; of an apex itself. */
  readonly apex = new Column(NO_NODE);
  /** Index of the entry that steers it, or −1. */
  readonly entry = new Column(-1);
  /** The topmost delegation at or above the node. */
  readonly cut = new Column(NO_NODE);
  readonly wildcard = new Column(NO_NODE);
  /** Of an apex: the name above it in the enclosing zone, when we serve that too. */
  readonly above = new Column(NO_NODE);
  private readonly zones = new Map<number, readonly ZoneRecord[]>();
  /** The node's records are [first … end) of its zone's. */
  private readonly first = new Column(0);
  private readonly end = new Column(0);
  /** By apex: DS records of the zone above. */
  private readonly upperDs = new Map<number, ZoneRecord[]>();

  constructor(zones: readonly ServedZone[]) {
    const deepestFirst = [...zones].sort((a, b) => b.zone.apex.length - a.zone.apex.length);
    const inner = innerApexes(zones);
    for (const served of deepestFirst) this.addZone(served, inner.get(nameKey(served.zone.apex)) ?? []);
  }

  get count(): number {
    return this.names.count;
  }

  isApex(node: number): boolean {
    return this.apex.get(node) === node;
  }

  /** Calls `visit` with each record set of a node: a range of an array of records. */
  forEachRrset(
    node: number,
    visit: (records: readonly ZoneRecord[], first: number, end: number) => void,
  ): void {
    const records = this.zones.get(this.apex.get(node))!;
    const end = this.end.get(node);
    for (let first = this.first.get(node); first < end; ) {
      let next = first + 1;
      while (next < end && records[next]!.type === records[first]!.type) next++;
      visit(records, first, next);
      first = next;
    }
    const ds = this.upperDs.get(node);
    if (ds !== undefined) visit(ds, 0, ds.length);
  }

  private addZone({ zone, steer }: ServedZone, inner: readonly WireName[]): void {
    const apex = this.names.add(zone.apex);
    this.apex.set(apex, apex);
    this.zones.set(apex, zone.records);
    this.addRecords(zone.records, apex);
    for (const { owner, steering } of steer) {
      const node = this.nodeOf(owner, apex);
      if (node !== NO_NODE) this.entry.set(node, steering);
    }
    // What is inside exists here too, so that the names between are empty non-terminals of this zone.
    for (const name of inner) {
      this.above.set(this.names.find(name), this.addWithAncestors(name.subarray(name[0]! + 1), apex));
    }
    this.markCuts(apex);
  }

  /** Records of one owner stand together (`Zone.records`). */
  private addRecords(records: readonly ZoneRecord[], apex: number): void {
    for (let first = 0; first < records.length; ) {
      const { owner } = records[first]!;
      let end = first + 1;
      while (end < records.length && sameName(records[end]!.owner, owner)) end++;
      const node = this.nodeOf(owner, apex);
      if (node === NO_NODE) this.addUpperDs(records.slice(first, end));
      else {
        assert(this.end.get(node) === 0, 'the records of a name stand together');
        this.first.set(node, first);
        this.end.set(node, end);
      }
      first = end;
    }
  }

  /** The node of a name, made when missing; none when the name belongs to a zone further down. */
  private nodeOf(owner: WireName, apex: number): number {
    for (let at = 0; ; at += owner[at]! + 1) {
      const known = this.names.find(owner, at);
      if (known === NO_NODE) continue;
      if (this.apex.get(known) !== apex) return NO_NODE;
      return at === 0 ? known : this.addWithAncestors(owner, apex);
    }
  }

  /** Adds a name and those of its ancestors that are missing, up to the apex. */
  private addWithAncestors(name: WireName, apex: number): number {
    const known = this.names.find(name);
    if (known !== NO_NODE) return known;
    const parent = this.addWithAncestors(name.subarray(name[0]! + 1), apex);
    const node = this.names.add(name);
    this.apex.set(node, apex);
    if (isWildcard(name)) this.wildcard.set(parent, node);
    return node;
  }

  private addUpperDs(records: readonly ZoneRecord[]): void {
    const ds = records.filter((record) => record.type === RrType.DS);
    const node = ds.length === 0 ? NO_NODE : this.names.find(ds[0]!.owner);
    if (node !== NO_NODE && this.isApex(node)) this.upperDs.set(node, ds);
  }

  /** Tells each name of the newest zone under which delegation it lies. Parents have smaller numbers. */
  private markCuts(apex: number): void {
    for (let node = apex + 1; node < this.count; node++) {
      const name = this.names.name(node);
      const parent = this.names.find(name, name[0]! + 1);
      // NS at a wildcard delegates nothing (RFC 4592 §4.2): it is answered like any other record.
      const own = this.delegates(node) && !isWildcard(name) ? node : NO_NODE;
      const above = this.cut.get(parent);
      this.cut.set(node, above === NO_NODE ? own : above);
    }
  }

  private delegates(node: number): boolean {
    let found = false;
    this.forEachRrset(node, (records, first) => {
      if (records[first]!.type === RrType.NS) found = true;
    });
    return found;
  }
}

/** For each zone the apexes of the zones directly inside of it. */
function innerApexes(zones: readonly ServedZone[]): Map<string, WireName[]> {
  const apexes = new Set(zones.map(({ zone }) => nameKey(zone.apex)));
  const inner = new Map<string, WireName[]>();
  for (const { zone } of zones) {
    let at = nameKey(zone.apex);
    do at = at.slice(at.charCodeAt(0) + 1);
    while (at !== '' && !apexes.has(at));
    const siblings = inner.get(at);
    if (siblings === undefined) inner.set(at, [zone.apex]);
    else siblings.push(zone.apex);
  }
  return inner;
}
