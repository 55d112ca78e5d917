import { RrType } from '../../dns/constants.ts';
import { hashName } from '../../dns/name-hash.ts';
import { rdataNameLayout } from '../../dns/rdata-names.ts';
import { assert } from '../../runtime/assert.ts';
import type { ZoneRecord } from '../../zone/record.ts';
import { IMAGE_MAGIC, ImageHeader, NodeField, RrsetField } from '../image.ts';
import { buildNameTree, type ServedZone, type TreeNode } from './name-tree.ts';

/** Writes the image of all zones (`snapshot/image.ts` describes it). */
export function buildImage(zones: readonly ServedZone[]): SharedArrayBuffer {
  const nodes = [...buildNameTree(zones).values()];
  const slots = tableSlots(nodes.length);
  const layout = measure(nodes, slots);
  const buffer = new SharedArrayBuffer(layout.totalBytes);
  const writer = new ImageWriter(buffer, layout);
  const header = writer.words;
  header[ImageHeader.MAGIC] = IMAGE_MAGIC;
  header[ImageHeader.TABLE] = ImageHeader.SIZE;
  header[ImageHeader.MASK] = slots - 1;
  header[ImageHeader.BYTES] = layout.bytesAt;
  header[ImageHeader.NODES] = nodes.length;
  const places = new Map(nodes.map((node, i) => [node, layout.nodesAt + i * NodeField.SIZE]));
  for (const [node, place] of places) writer.node(node, place, places);
  return buffer;
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

function measure(nodes: readonly TreeNode[], slots: number): Layout {
  let rrsets = 0;
  let bytes = 0;
  for (const node of nodes) {
    bytes += node.name.length;
    rrsets += node.rrsets.length;
    for (const rrset of node.rrsets) bytes += rrsetBytes(rrset);
    if (node.apex === undefined) {
      // The SOA stands there twice, the second time with the TTL of negative answers.
      rrsets += 1;
      bytes += rrsetBytes(soaOf(node));
    }
  }
  const nodesAt = ImageHeader.SIZE + 2 * slots;
  const rrsetsAt = nodesAt + nodes.length * NodeField.SIZE;
  const bytesAt = 4 * (rrsetsAt + rrsets * RrsetField.SIZE);
  // Words cover the whole buffer, so that its size is a multiple of theirs.
  return { nodesAt, rrsetsAt, bytesAt, totalBytes: bytesAt + ((bytes + 3) & ~3) };
}

function rrsetBytes(rrset: readonly ZoneRecord[]): number {
  return rrset.reduce((sum, record) => sum + 12 + record.rdata.length, 0);
}

function soaOf(apex: TreeNode): ZoneRecord[] {
  return apex.rrsets.find((set) => set[0]!.type === RrType.SOA) ?? [];
}

class ImageWriter {
  readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private byteAt: number;
  private rrsetAt: number;

  constructor(buffer: SharedArrayBuffer, layout: Layout) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.byteAt = layout.bytesAt;
    this.rrsetAt = layout.rrsetsAt;
  }

  node(node: TreeNode, place: number, places: ReadonlyMap<TreeNode, number>): void {
    const words = this.words;
    words[place + NodeField.NAME] = this.byteAt;
    words[place + NodeField.NAME_LENGTH] = node.name.length;
    this.bytes.set(node.name, this.byteAt);
    this.byteAt += node.name.length;
    words[place + NodeField.APEX] = places.get(node.apex ?? node)!;
    words[place + NodeField.POLICY] = node.policy;
    words[place + NodeField.RRSETS] = this.rrsetAt;
    words[place + NodeField.RRSET_COUNT] = node.rrsets.length;
    for (const rrset of node.rrsets) this.rrset(rrset, ttlOf(rrset));
    words[place + NodeField.CUT] = node.cut === undefined ? 0 : places.get(node.cut)!;
    words[place + NodeField.WILDCARD] = node.wildcard === undefined ? 0 : places.get(node.wildcard)!;
    words[place + NodeField.DS_APEX] = places.get(dsApex(node))!;
    if (node.apex === undefined) words[place + NodeField.NEGATIVE_SOA] = this.negativeSoa(node);
    this.enter(hashName(node.name), place);
  }

  /** RFC 2308 §5: the smaller of the SOA's TTL and its MINIMUM field. */
  private negativeSoa(apex: TreeNode): number {
    const soa = soaOf(apex);
    assert(soa.length === 1, 'a zone that passed its checks has one SOA');
    const { rdata, ttlSeconds } = soa[0]!;
    const minimum = new DataView(rdata.buffer, rdata.byteOffset + rdata.length - 4, 4).getUint32(0);
    return this.rrset(soa, Math.min(minimum, ttlSeconds));
  }

  private rrset(records: readonly ZoneRecord[], ttlSeconds: number): number {
    const place = this.rrsetAt;
    this.rrsetAt += RrsetField.SIZE;
    const type = records[0]!.type;
    const layout = rdataNameLayout(type);
    const from = this.byteAt;
    for (const record of records) this.record(record, ttlSeconds);
    this.words[place + RrsetField.TYPE] = type;
    this.words[place + RrsetField.COUNT] = records.length;
    this.words[place + RrsetField.BYTES] = from;
    this.words[place + RrsetField.LENGTH] = this.byteAt - from;
    this.words[place + RrsetField.NAMES] = layout.compress ? layout.prefixBytes * 4 + layout.names : 0;
    return place;
  }

  private record(record: ZoneRecord, ttlSeconds: number): void {
    const view = new DataView(this.bytes.buffer, this.byteAt, 12);
    view.setUint16(0, 0xc00c);
    view.setUint16(2, record.type);
    view.setUint16(4, 1);
    view.setUint32(6, ttlSeconds);
    view.setUint16(10, record.rdata.length);
    this.bytes.set(record.rdata, this.byteAt + 12);
    this.byteAt += 12 + record.rdata.length;
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
function dsApex(node: TreeNode): TreeNode {
  const { above } = node;
  if (above === undefined || above.cut !== undefined) return node.apex ?? node;
  return above.apex ?? above;
}

/** RFC 2181 §5.2: records of a set have one TTL; where the zone file differs, the smallest holds. */
function ttlOf(rrset: readonly ZoneRecord[]): number {
  return rrset.reduce((least, record) => Math.min(least, record.ttlSeconds), 0x7fffffff);
}
