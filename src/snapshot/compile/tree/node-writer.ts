import {
  BranchField,
  CandidateField,
  GroupField,
  NodeFlag,
  NodeHeader,
  NodeKind,
  type Order,
  OwnerField,
  type Serving,
  SHARE_ALL,
  SlotField,
  VOID,
  WalkField,
} from '../../../steering/nodes.ts';

/** What every node has. */
export interface NodeHead {
  readonly policy: number;
  readonly ttlSeconds?: number | undefined;
  readonly serving?: Serving | undefined;
  readonly fallback?: number | undefined;
}

/** A candidate in the making; `record` is what `NodeWriter.record` gave. */
export interface CandidateWords {
  readonly weight: number;
  readonly region: number;
  readonly pool: number;
  readonly endpoint: number;
  readonly record: number;
}

/** A slot in the making; `child`: a place, 0 or VOID. */
export interface SlotWords {
  readonly child: number;
  readonly share?: number | undefined;
  readonly seed?: number | undefined;
  readonly weight?: number | undefined;
}

export interface WalkWords {
  readonly order: Order;
  readonly view?: number | undefined;
  readonly most: number;
  readonly perSlot: number;
  readonly slots: readonly SlotWords[];
}

const ANY_TTL = 0x7fffffff;

/** Appends nodes and records to the rotation in the making. */
export class NodeWriter {
  private words: Int32Array;
  private used: number;
  private readonly book: Uint8Array;
  private readonly records: Uint8Array[] = [];
  private usedBytes = 0;
  /** Words that hold byte places, to be moved behind the words when their number is known. */
  private readonly recordWords: number[] = [];

  /** `reserved`: words at the front that the caller fills by `set`. `book`: records that candidates know the places of. */
  constructor(reserved: number, book: Uint8Array) {
    this.book = book;
    this.words = new Int32Array(Math.max(4_096, 2 * reserved));
    this.used = reserved;
  }

  set(place: number, word: number): void {
    this.words[place] = word;
  }

  /** Place of a row of words. */
  row(values: readonly number[]): number {
    const place = this.take(values.length);
    this.words.set(values, place);
    return place;
  }

  /** `final`: stands alone, and nothing else may be tried after it. */
  group(head: NodeHead, candidates: readonly CandidateWords[], final = false): number {
    const place = this.node(
      NodeKind.GROUP,
      head,
      GroupField.CANDIDATES + candidates.length * CandidateField.SIZE,
    );
    const { words } = this;
    if (final) words[place + NodeHeader.FLAGS] = NodeFlag.FINAL;
    words[place + GroupField.COUNT] = candidates.length;
    words[place + GroupField.WEIGHT] = candidates.reduce((sum, { weight }) => sum + weight, 0);
    let at = place + GroupField.CANDIDATES;
    for (const { weight, region, pool, endpoint, record } of candidates) {
      words[at + CandidateField.WEIGHT] = weight;
      words[at + CandidateField.REGION] = region;
      words[at + CandidateField.POOL] = pool;
      words[at + CandidateField.ENDPOINT] = endpoint;
      words[at + CandidateField.RECORD] = record;
      this.recordWords.push(at + CandidateField.RECORD);
      at += CandidateField.SIZE;
    }
    return place;
  }

  walk(head: NodeHead, { order, view = 0, most, perSlot, slots }: WalkWords): number {
    const place = this.node(NodeKind.WALK, head, WalkField.SLOTS + slots.length * SlotField.SIZE);
    const { words } = this;
    words[place + WalkField.ORDER] = order;
    words[place + WalkField.VIEW] = view;
    words[place + WalkField.MOST] = most;
    words[place + WalkField.PER_SLOT] = perSlot;
    words[place + WalkField.COUNT] = slots.length;
    let at = place + WalkField.SLOTS;
    for (const { child, share = SHARE_ALL, seed = 0, weight = 1 } of slots) {
      words[at + SlotField.CHILD] = child;
      words[at + SlotField.SHARE] = share;
      words[at + SlotField.SEED] = seed;
      words[at + SlotField.WEIGHT] = weight;
      at += SlotField.SIZE;
    }
    return place;
  }

  branch(head: NodeHead, view: number, children: readonly number[]): number {
    const place = this.node(NodeKind.BRANCH, head, BranchField.CHILDREN + children.length);
    this.words[place + BranchField.VIEW] = view;
    this.words[place + BranchField.COUNT] = children.length;
    this.words.set(children, place + BranchField.CHILDREN);
    return place;
  }

  owner(head: NodeHead, table: number, unknown: number, children: readonly number[]): number {
    const place = this.node(NodeKind.OWNER, head, OwnerField.CHILDREN + children.length);
    this.words[place + OwnerField.TABLE] = table;
    this.words[place + OwnerField.UNKNOWN] = unknown;
    this.words[place + OwnerField.COUNT] = children.length;
    this.words.set(children, place + OwnerField.CHILDREN);
    return place;
  }

  /** A node that answers nothing; `final`: and nothing else may be tried instead. */
  empty(head: NodeHead, final: boolean): number {
    const place = this.node(NodeKind.EMPTY, head, NodeHeader.SIZE);
    if (final) this.words[place + NodeHeader.FLAGS] = NodeFlag.FINAL;
    return place;
  }

  /** A record for candidates besides those of the book. */
  record(record: Uint8Array): number {
    const place = this.book.length + this.usedBytes;
    this.usedBytes += record.length;
    this.records.push(record);
    return place;
  }

  /** As `record`, for bytes that an entry points to: a word of it is moved like those of candidates. */
  setBytes(word: number, bytes: Uint8Array): void {
    this.words[word] = this.record(bytes);
    this.recordWords.push(word);
  }

  /** Notes that a node always gives something, whoever asks, or is the end. */
  gives(place: number): number {
    this.words[place + NodeHeader.FLAGS]! |= NodeFlag.GIVES;
    return place;
  }

  alwaysGives(place: number): boolean {
    return place === VOID || (place !== 0 && (this.words[place + NodeHeader.FLAGS]! & NodeFlag.GIVES) !== 0);
  }

  finish(): SharedArrayBuffer {
    const wordBytes = 4 * this.used;
    for (const word of this.recordWords) this.words[word] = this.words[word]! + wordBytes;
    const size = this.book.length + this.usedBytes;
    const buffer = new SharedArrayBuffer(wordBytes + ((size + 3) & ~3));
    new Int32Array(buffer).set(this.words.subarray(0, this.used));
    new Uint8Array(buffer).set(this.book, wordBytes);
    let at = wordBytes + this.book.length;
    for (const record of this.records) {
      new Uint8Array(buffer).set(record, at);
      at += record.length;
    }
    return buffer;
  }

  private node(kind: NodeKind, { policy, ttlSeconds, serving, fallback }: NodeHead, size: number): number {
    const place = this.take(size);
    const { words } = this;
    words[place + NodeHeader.KIND] = kind;
    words[place + NodeHeader.POLICY] = policy;
    words[place + NodeHeader.TTL] = ttlSeconds ?? ANY_TTL;
    words[place + NodeHeader.SERVING] = serving ?? 0;
    words[place + NodeHeader.FALLBACK] = fallback ?? 0;
    return place;
  }

  private take(size: number): number {
    const place = this.used;
    this.used += size;
    if (this.used > this.words.length) {
      const larger = new Int32Array(2 * this.used);
      larger.set(this.words.subarray(0, place));
      this.words = larger;
    }
    return place;
  }
}
