import type { Config } from '../config/model.ts';
import { nameKey } from '../dns/names.ts';
import { EntryField, RecordKind, type Rotation } from '../snapshot/rotation.ts';
import { seedOf } from '../steering/mix.ts';
import {
  BranchField,
  CandidateField,
  GroupField,
  NodeFlag,
  NodeHeader,
  NodeKind,
  Order,
  OwnerField,
  SHARE_ALL,
  SlotField,
  VOID,
  WalkField,
} from '../steering/nodes.ts';
import type { Spot, SpotEndpoint } from './shared.ts';

/**
 * A decision tree with all that does not decide the first answer taken out: equal words decide alike. In place of a
 * candidate's region stands the number of its spot: the region with the endpoints that are drawn among.
 */
export interface Tree {
  /** Nodes as the interpreter reads them. The first RootField.SIZE words are places of roots. */
  readonly words: Int32Array;
  /** Numbers of `Shared` that it asks. */
  readonly views: ReadonlySet<number>;
  readonly owners: ReadonlySet<number>;
  /** Names of policies that draw. */
  readonly drawers: ReadonlySet<string>;
  /** The answer hangs on a draw, or on the hash of the client's prefix. */
  readonly byChance: boolean;
  /** The answer hangs on a label of the question. */
  readonly byLabel: boolean;
}

/** 0 where the name is not steered so. Word 0 stays 0: places of nodes are above it. */
export const RootField = { A: 1, AAAA: 2, CNAME: 3, SIZE: 4 } as const;

/** What the numbers of a rotation stand for. */
export interface Numbering {
  /** [number in the config]: number in `Shared`. */
  readonly regions: readonly number[];
  readonly views: readonly number[];
  readonly owners: readonly number[];
  /** [index of the policy]: its name, by which draws are told apart. */
  readonly policies: readonly string[];
  /** [index of the region]: its name, by which draws over regions score. */
  readonly regionNames: readonly string[];
  readonly pools: Config['pools'];
  /** The number of a spot in `Shared`. */
  readonly spot: (spot: Spot) => number;
}

/** Reads the tree of an entry of a rotation. */
export function readTree(rotation: Rotation, entry: number, numbering: Numbering): Tree {
  const { words } = rotation;
  const reader = new TreeReader(rotation, numbering);
  const rootOf = (kind: RecordKind): number => reader.copy(words[entry + EntryField.ROOTS + kind]!, NOBODY);
  reader.out[RootField.A] = rootOf(RecordKind.A);
  reader.out[RootField.AAAA] = rootOf(RecordKind.AAAA);
  reader.out[RootField.CNAME] = rootOf(RecordKind.CNAME);
  const { out, views, owners, drawers, byChance, byLabel } = reader;
  return { words: Int32Array.from(out), views, owners, drawers, byChance, byLabel };
}

class TreeReader {
  readonly out: number[] = Array(RootField.SIZE).fill(0);
  readonly views = new Set<number>();
  readonly owners = new Set<number>();
  readonly drawers = new Set<string>();
  byChance = false;
  byLabel = false;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly numbering: Numbering;
  private readonly copies = new Map<number, number>();

  constructor({ words, bytes }: Rotation, numbering: Numbering) {
    this.words = words;
    this.bytes = bytes;
    this.numbering = numbering;
  }

  /**
   * Place of the copy of a node with all below it; 0 and VOID stand for themselves. Groups are no policy's own: those that
   * draw do it for the policy `around` them.
   */
  copy(place: number, around: number): number {
    if (place === 0 || place === VOID) return place;
    const isGroup = this.words[place] === NodeKind.GROUP;
    const key = isGroup ? (around + 1) * 2 ** 31 + place : place;
    const known = this.copies.get(key);
    if (known !== undefined) return known;
    const policy = isGroup ? around : this.words[place + NodeHeader.POLICY]!;
    const copied = this.body(place, policy);
    this.copies.set(key, copied);
    this.out[copied + NodeHeader.FALLBACK] = this.copy(this.words[place + NodeHeader.FALLBACK]!, policy);
    return copied;
  }

  private body(place: number, policy: number): number {
    switch (this.words[place]) {
      case NodeKind.GROUP:
        return this.group(place, policy);
      case NodeKind.WALK:
        return this.walk(place, policy);
      case NodeKind.BRANCH:
        return this.branch(place, policy);
      case NodeKind.OWNER:
        return this.owner(place, policy);
      default: {
        const at = this.node(NodeKind.EMPTY, NodeHeader.SIZE);
        this.out[at + NodeHeader.FLAGS] = this.words[place + NodeHeader.FLAGS]! & NodeFlag.FINAL;
        return at;
      }
    }
  }

  /** Endpoints of one region are one spot. Regions of a group are drawn by their weight, each with a score of its own name. */
  private group(place: number, policy: number): number {
    const { words } = this;
    const members = new Map<number, number[]>();
    for (let i = 0; i < words[place + GroupField.COUNT]!; i++) {
      const candidate = place + GroupField.CANDIDATES + i * CandidateField.SIZE;
      const region = words[candidate + CandidateField.REGION]!;
      members.set(region, [...(members.get(region) ?? []), candidate]);
    }
    const regions = [...members.keys()].sort((a, b) => this.regionOf(a) - this.regionOf(b));
    if (regions.length === 1) return this.leaf(regions[0]!, members.get(regions[0]!)!);
    this.byChance = true;
    const at = this.walkHead(Order.DRAW, regions.length);
    this.draws(at, policy);
    for (const [i, region] of regions.entries()) {
      const seed = seedOf(this.numbering.regionNames[region] ?? '');
      const own = members.get(region)!;
      this.slot(at, i, [this.leaf(region, own), SHARE_ALL, seed, this.weightOf(own)]);
    }
    return at;
  }

  private leaf(region: number, candidates: readonly number[]): number {
    const at = this.node(NodeKind.GROUP, GroupField.CANDIDATES + CandidateField.SIZE);
    this.out[at + GroupField.COUNT] = 1;
    this.out[at + GroupField.CANDIDATES + CandidateField.REGION] = this.spotOf(region, candidates);
    return at;
  }

  /** A sorry address is no region's. */
  private spotOf(region: number, candidates: readonly number[]): number {
    const own = this.regionOf(region);
    if (own < 0) return own;
    const sum = this.weightOf(candidates);
    const endpoints = new Map<string, SpotEndpoint>();
    for (const candidate of candidates) {
      const pool = this.numbering.pools[this.words[candidate + CandidateField.POOL]!]!;
      const endpoint = pool.endpoints[this.words[candidate + CandidateField.ENDPOINT]!]!;
      // What a host that is flattened resolves to is not known here.
      const isFlat = endpoint.address === undefined && endpoint.host !== undefined;
      const key = isFlat ? nameKey(endpoint.host) : this.recordOf(candidate);
      const share = (endpoints.get(key)?.share ?? 0) + this.words[candidate + CandidateField.WEIGHT]! / sum;
      endpoints.set(key, { pool: pool.name, endpoint: endpoint.name, share });
    }
    return this.numbering.spot({ region: own, endpoints });
  }

  private weightOf(candidates: readonly number[]): number {
    return candidates.reduce((sum, candidate) => sum + this.words[candidate + CandidateField.WEIGHT]!, 0);
  }

  /** Type, length and RDATA as text. */
  private recordOf(candidate: number): string {
    const at = this.words[candidate + CandidateField.RECORD]!;
    const length = 4 + this.bytes[at + 2]! * 256 + this.bytes[at + 3]!;
    return Buffer.from(this.bytes.subarray(at, at + length)).toString('hex');
  }

  private walk(place: number, policy: number): number {
    const { words } = this;
    const order = words[place + WalkField.ORDER]! as Order;
    const count = words[place + WalkField.COUNT]!;
    const at = this.walkHead(order, count);
    if (order === Order.VIEW) this.out[at + WalkField.VIEW] = this.viewOf(words[place + WalkField.VIEW]!);
    if (order === Order.DRAW) this.draws(at, policy);
    if (order === Order.LABEL) this.byLabel = true;
    let living = 0;
    for (let i = 0; i < count; i++) {
      const from = place + WalkField.SLOTS + i * SlotField.SIZE;
      const [child, share, seed, weight] = words.subarray(from, from + SlotField.SIZE);
      if (child !== 0) living++;
      if (child !== 0 && share! < SHARE_ALL) this.byChance = true;
      this.slot(at, i, [this.copy(child!, policy), share!, seed!, weight!]);
    }
    if ((order === Order.DRAW || order === Order.PREFIX) && living > 1) this.byChance = true;
    return at;
  }

  /** One answer is asked for: how many a walk could give has no part in it. */
  private walkHead(order: Order, count: number): number {
    const at = this.node(NodeKind.WALK, WalkField.SLOTS + count * SlotField.SIZE);
    this.out[at + WalkField.ORDER] = order;
    this.out[at + WalkField.MOST] = 1;
    this.out[at + WalkField.PER_SLOT] = 1;
    this.out[at + WalkField.COUNT] = count;
    return at;
  }

  private slot(at: number, index: number, words: readonly number[]): void {
    for (const [i, word] of words.entries())
      this.out[at + WalkField.SLOTS + index * SlotField.SIZE + i] = word;
  }

  private branch(place: number, policy: number): number {
    const count = this.words[place + BranchField.COUNT]!;
    const at = this.node(NodeKind.BRANCH, BranchField.CHILDREN + count);
    this.out[at + BranchField.VIEW] = this.viewOf(this.words[place + BranchField.VIEW]!);
    this.out[at + BranchField.COUNT] = count;
    for (let i = 0; i < count; i++)
      this.out[at + BranchField.CHILDREN + i] = this.copy(
        this.words[place + BranchField.CHILDREN + i]!,
        policy,
      );
    return at;
  }

  private owner(place: number, policy: number): number {
    const { words, out } = this;
    const count = words[place + OwnerField.COUNT]!;
    const at = this.node(NodeKind.OWNER, OwnerField.CHILDREN + count);
    const table = this.numbering.owners[words[place + OwnerField.TABLE]!]!;
    this.owners.add(table);
    this.byLabel = true;
    out[at + OwnerField.TABLE] = table;
    out[at + OwnerField.UNKNOWN] = this.copy(words[place + OwnerField.UNKNOWN]!, policy);
    out[at + OwnerField.COUNT] = count;
    for (let i = 0; i < count; i++)
      out[at + OwnerField.CHILDREN + i] = this.copy(words[place + OwnerField.CHILDREN + i]!, policy);
    return at;
  }

  /** An endless TTL, and nothing else said. */
  private node(kind: NodeKind, size: number): number {
    const at = this.out.length;
    for (let i = 0; i < size; i++) this.out.push(0);
    this.out[at] = kind;
    return at;
  }

  private viewOf(view: number): number {
    const number = this.numbering.views[view]!;
    this.views.add(number);
    return number;
  }

  /** The region of a sorry address is none. */
  private regionOf(region: number): number {
    return this.numbering.regions[region] ?? -1;
  }

  /** The seed of the draw is the policy's name: numbers of policies change when others come or go. */
  private draws(at: number, policy: number): void {
    const name = this.numbering.policies[policy] ?? '';
    this.drawers.add(name);
    this.out[at + NodeHeader.POLICY] = seedOf(name);
  }
}

/** The policy around a root. */
const NOBODY = -1;
