import { type Bytes, Malformed } from './bytes.ts';

/** Where an address block ends in the tree: the first address as 32-bit words, and the record that stands there. */
type LeafVisitor = (w0: number, w1: number, w2: number, w3: number, record: number) => void;

/** Blocks that a walk does not enter: they count as empty. */
type SkipBlock = (w0: number, w1: number, w2: number, length: number) => boolean;

/** The binary search tree of an MMDB file: a record is a node (< nodeCount), nothing (nodeCount), or data. */
export class SearchTree {
  readonly nodeCount: number;
  private readonly bytes: Bytes;
  /** Bits: 24, 28 or 32. */
  private readonly recordSize: number;
  private readonly nodeBytes: number;

  constructor(bytes: Bytes, nodeCount: number, recordSize: number) {
    this.bytes = bytes;
    this.nodeCount = nodeCount;
    this.recordSize = recordSize;
    this.nodeBytes = recordSize / 4;
  }

  /** The record for bit 0 (side 0) or bit 1 (side 1) of a node. */
  child(node: number, side: number): number {
    const at = node * this.nodeBytes;
    const { bytes } = this;
    if (this.recordSize === 28) {
      const middle = bytes.at(at + 3);
      const high = side === 0 ? middle >>> 4 : middle & 15;
      const low = side === 0 ? at : at + 4;
      return (high << 24) | (bytes.at(low) << 16) | (bytes.at(low + 1) << 8) | bytes.at(low + 2);
    }
    const low = side === 0 ? at : at + this.nodeBytes / 2;
    const upper = (bytes.at(low) << 16) | (bytes.at(low + 1) << 8) | bytes.at(low + 2);
    return this.recordSize === 24 ? upper : upper * 256 + bytes.at(low + 3);
  }

  /** The record at ::/96 of a tree for IPv6, where the IPv4 addresses hang. */
  ipv4Root(): number {
    let record = 0;
    for (let depth = 0; depth < 96 && record < this.nodeCount; depth++) record = this.child(record, 0);
    return record;
  }

  /**
   * Visits the leaves below `root` in the order of their addresses, which have `bits` bits (32 or 128).
   * A tree has one path to each node, or a few where its writer shares branches; a loop ends in `Malformed`.
   */
  walk(root: number, bits: number, skip: SkipBlock, visit: LeafVisitor): void {
    const pending = new PendingBranches();
    pending.push(root, 0, 0, 0, 0, 0);
    for (let visits = 0; pending.pop(); ) {
      let { record, depth } = pending;
      const { w0, w1, w2, w3 } = pending;
      while (record < this.nodeCount && !skip(w0, w1, w2, depth)) {
        if (depth === bits) throw new Malformed(`the search tree is deeper than ${bits} bits`);
        if (++visits > 4 * this.nodeCount) throw new Malformed('the search tree has a loop');
        const bit = 0x8000_0000 >>> (depth & 31);
        const right = this.child(record, 1);
        record = this.child(record, 0);
        const word = depth++ >>> 5;
        if (word === 0) pending.push(right, depth, w0 | bit, w1, w2, w3);
        else if (word === 1) pending.push(right, depth, w0, w1 | bit, w2, w3);
        else if (word === 2) pending.push(right, depth, w0, w1, w2 | bit, w3);
        else pending.push(right, depth, w0, w1, w2, w3 | bit);
      }
      // A skipped node counts as an empty leaf.
      visit(w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0, Math.max(record, this.nodeCount));
    }
  }
}

/** The right branches still to walk: at most one for each bit of the path. */
class PendingBranches {
  record = 0;
  depth = 0;
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  private count = 0;
  private readonly records = new Float64Array(129);
  /** Depth and words, five a branch. */
  private readonly path = new Int32Array(129 * 5);

  push(record: number, depth: number, w0: number, w1: number, w2: number, w3: number): void {
    const at = this.count * 5;
    this.records[this.count++] = record;
    this.path[at] = depth;
    this.path[at + 1] = w0;
    this.path[at + 2] = w1;
    this.path[at + 3] = w2;
    this.path[at + 4] = w3;
  }

  pop(): boolean {
    if (this.count === 0) return false;
    const at = --this.count * 5;
    this.record = this.records[this.count]!;
    this.depth = this.path[at]!;
    this.w0 = this.path[at + 1]!;
    this.w1 = this.path[at + 2]!;
    this.w2 = this.path[at + 3]!;
    this.w3 = this.path[at + 4]!;
    return true;
  }
}
