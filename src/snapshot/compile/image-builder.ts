import { RrType } from '../../dns/constants.ts';
import { hashName } from '../../dns/name-hash.ts';
import { rdataNameLayout } from '../../dns/rdata-names.ts';
import { assert } from '../../runtime/assert.ts';
import type { ZoneRecord } from '../../zone/record.ts';
import { IMAGE_MAGIC, ImageHeader, NodeField, RrsetField } from '../image.ts';
import { NameTree, NO_NODE, type ServedZone } from './name-tree.ts';

/**
 * Writes the image of all zones (`snapshot/image.ts` describes it), into `spare` when it fits there: a buffer that no
 * worker reads any more.
 */
export function buildImage(zones: readonly ServedZone[], spare?: SharedArrayBuffer): SharedArrayBuffer {
  const tree = new NameTree(zones);
  const slots = tableSlots(tree.count);
  const layout = measure(tree, slots);
  const buffer = bufferFor(layout, spare);
  const writer = new ImageWriter(buffer, layout, tree);
  const header = writer.words;
  header[ImageHeader.MAGIC] = IMAGE_MAGIC;
  header[ImageHeader.TABLE] = ImageHeader.SIZE;
  header[ImageHeader.MASK] = slots - 1;
  header[ImageHeader.BYTES] = layout.bytesAt;
  header[ImageHeader.NODES] = tree.count;
  for (let node = 0; node < tree.count; node++) writer.node(node);
  return buffer;
}

/** The spare one, its words cleared, unless it is too small or wastes more than it holds. */
function bufferFor({ totalBytes, bytesAt }: Layout, spare: SharedArrayBuffer | undefined): SharedArrayBuffer {
  if (spare !== undefined && spare.byteLength >= totalBytes && spare.byteLength <= 2 * totalBytes) {
    new Int32Array(spare, 0, bytesAt / 4).fill(0);
    return spare;
  }
  // Room to grow, so that the next image of much the same zones fits.
  return new SharedArrayBuffer((totalBytes + (totalBytes >>> 3) + 3) & ~3);
}

/** Power of two, at least twice the names. */
function tableSlots(names: number): number {
  let slots = 16;
  while (slots < 2 * names) slots *= 2;
  return slots;
}

interface Layout {
  readonly nodesAt: number;
  readonly rrsetsAt: number;
  readonly bytesAt: number;
  readonly totalBytes: number;
}

function measure(tree: NameTree, slots: number): Layout {
  let rrsets = 0;
  let bytes = 0;
  for (let node = 0; node < tree.count; node++) {
    bytes += tree.names.name(node).length;
    tree.forEachRrset(node, (records, first, end) => {
      // An apex has its SOA twice, the second time with the TTL of negative answers.
      const copies = records[first]!.type === RrType.SOA && tree.isApex(node) ? 2 : 1;
      rrsets += copies;
      for (let i = first; i < end; i++) bytes += copies * (12 + records[i]!.rdata.length);
    });
  }
  const nodesAt = ImageHeader.SIZE + 2 * slots;
  const rrsetsAt = nodesAt + tree.count * NodeField.SIZE;
  const bytesAt = 4 * (rrsetsAt + rrsets * RrsetField.SIZE);
  // Words cover the whole buffer, so that its size is a multiple of theirs.
  return { nodesAt, rrsetsAt, bytesAt, totalBytes: bytesAt + ((bytes + 3) & ~3) };
}

class ImageWriter {
  readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private byteAt: number;
  private rrsetAt: number;
  private readonly nodesAt: number;
  private readonly tree: NameTree;

  constructor(buffer: SharedArrayBuffer, layout: Layout, tree: NameTree) {
    this.tree = tree;
    this.nodesAt = layout.nodesAt;
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.byteAt = layout.bytesAt;
    this.rrsetAt = layout.rrsetsAt;
  }

  node(node: number): void {
    const { words, tree } = this;
    const name = tree.names.name(node);
    const place = this.placeOf(node);
    words[place + NodeField.NAME] = this.byteAt;
    words[place + NodeField.NAME_LENGTH] = name.length;
    this.bytes.set(name, this.byteAt);
    this.byteAt += name.length;
    words[place + NodeField.APEX] = this.placeOf(tree.apex.get(node));
    words[place + NodeField.ENTRY] = tree.entry.get(node);
    words[place + NodeField.CUT] = this.placeOf(tree.cut.get(node));
    words[place + NodeField.WILDCARD] = this.placeOf(tree.wildcard.get(node));
    words[place + NodeField.DS_APEX] = this.placeOf(dsApex(tree, node));
    words[place + NodeField.RRSETS] = this.rrsetAt;
    tree.forEachRrset(node, (records, first, end) => {
      this.rrset(records, first, end, leastTtl(records, first, end));
      words[place + NodeField.RRSET_COUNT]!++;
    });
    if (tree.isApex(node)) words[place + NodeField.NEGATIVE_SOA] = this.negativeSoa(node);
    this.enter(hashName(name), place);
  }

  /** 0 for no node. */
  private placeOf(node: number): number {
    return node === NO_NODE ? 0 : this.nodesAt + node * NodeField.SIZE;
  }

  /** RFC 2308 §5: the smaller of the SOA's TTL and its MINIMUM field. */
  private negativeSoa(apex: number): number {
    let place = 0;
    this.tree.forEachRrset(apex, (records, first, end) => {
      const { type, rdata, ttlSeconds } = records[first]!;
      if (type !== RrType.SOA) return;
      const minimum = new DataView(rdata.buffer, rdata.byteOffset + rdata.length - 4, 4).getUint32(0);
      place = this.rrset(records, first, end, Math.min(minimum, ttlSeconds));
    });
    assert(place > 0, 'a zone that passed its checks has an SOA');
    return place;
  }

  private rrset(records: readonly ZoneRecord[], first: number, end: number, ttlSeconds: number): number {
    const place = this.rrsetAt;
    this.rrsetAt += RrsetField.SIZE;
    const type = records[first]!.type;
    const layout = rdataNameLayout(type);
    const from = this.byteAt;
    for (let i = first; i < end; i++) this.record(records[i]!, ttlSeconds);
    this.words[place + RrsetField.TYPE] = type;
    this.words[place + RrsetField.COUNT] = end - first;
    this.words[place + RrsetField.BYTES] = from;
    this.words[place + RrsetField.LENGTH] = this.byteAt - from;
    this.words[place + RrsetField.NAMES] = layout.compress ? layout.prefixBytes * 4 + layout.names : 0;
    return place;
  }

  private record({ type, rdata }: ZoneRecord, ttlSeconds: number): void {
    const { view, byteAt } = this;
    view.setUint16(byteAt, 0xc00c);
    view.setUint16(byteAt + 2, type);
    view.setUint16(byteAt + 4, 1);
    view.setUint32(byteAt + 6, ttlSeconds);
    view.setUint16(byteAt + 10, rdata.length);
    this.bytes.set(rdata, byteAt + 12);
    this.byteAt += 12 + rdata.length;
  }

  private enter(hash: number, node: number): void {
    const mask = this.words[ImageHeader.MASK]!;
    let slot = hash & mask;
    while (this.words[ImageHeader.SIZE + 2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.words[ImageHeader.SIZE + 2 * slot] = hash;
    this.words[ImageHeader.SIZE + 2 * slot + 1] = node;
  }
}

/** RFC 4035 §3.1.4.1: the parent's side, unless what lies between is delegated to others. */
function dsApex(tree: NameTree, node: number): number {
  const above = tree.above.get(node);
  return tree.apex.get(above === NO_NODE || tree.cut.get(above) !== NO_NODE ? node : above);
}

/** RFC 2181 §5.2: records of a set have one TTL; where the zone file differs, the smallest holds. */
function leastTtl(records: readonly ZoneRecord[], first: number, end: number): number {
  let least = 0x7fffffff;
  for (let i = first; i < end; i++) least = Math.min(least, records[i]!.ttlSeconds);
  return least;
}
