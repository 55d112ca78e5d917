/**
 * The nodes of a decision tree as words of the rotation (`docs/decision-tree.md`). `snapshot/compile/tree` writes them,
 * `evaluate.ts` walks them. Places are word indexes; 0 means "none".
 */
export const NodeKind = {
  /** Draws candidates by weight. */
  GROUP: 1,
  /** Goes along slots in an order. */
  WALK: 2,
  /** Goes on with the node for the client's number in a view. */
  BRANCH: 3,
  /** Goes on with the node for the region that owns the question's label. */
  OWNER: 4,
  /** Answers nothing, and says why by its SERVING. */
  EMPTY: 5,
} as const;
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

/** The words that every node starts with. */
export const NodeHeader = {
  KIND: 0,
  /** Index of the policy that it was grown for. */
  POLICY: 1,
  /** Longest TTL of what is answered through it, seconds. */
  TTL: 2,
  /** A `Serving`: why these candidates, or why none. */
  SERVING: 3,
  /** Goes on there when it gave nothing. */
  FALLBACK: 4,
  /** Bits of `NodeFlag`. */
  FLAGS: 5,
  SIZE: 6,
} as const;

export const NodeFlag = {
  /** EMPTY: nothing else may be tried instead. GROUP: stands alone, and nothing else may be tried after it. */
  FINAL: 1,
  /** Gives something, whoever asks, or is the end. Known while the tree is grown. */
  GIVES: 2,
} as const;

/** Why a node serves what it serves. */
export const Serving = {
  /** Nothing to say: of nodes that only lead on. */
  PLAIN: 0,
  /** Endpoints that are up. */
  HEALTHY: 1,
  /** None is up; endpoints that no probe has judged yet. */
  UNKNOWN: 2,
  /** All are down: `all-down: serve-all`. */
  ALL: 3,
  /** All are down: those that were up last. */
  LAST_GOOD: 4,
  /** All are down: `all-down: nodata`. */
  NODATA: 5,
  /** All are down: `all-down: servfail`. */
  SERVFAIL: 6,
  /** No endpoint can have a record of this kind. */
  NONE: 7,
  /** A floor holds: verdicts are those of the moment before. */
  FROZEN: 8,
  /** No region that may serve the client can. */
  RESIDENCY: 9,
  /** Those of the policy's fallback. */
  FALLBACK: 10,
  /** None is up; endpoints that are degraded. */
  DEGRADED: 11,
  /** The client's region has addresses of the other family only. */
  OTHER_FAMILY: 12,
  /** A single writer changes: the answers that name the old one have to run out. */
  BETWEEN_WRITERS: 13,
  /** Those that could take over are too far behind. */
  BEHIND: 14,
  /** This node is cut off: verdicts are those of before. */
  ISOLATED: 15,
  /** Endpoints are hosts, and none of them has a known address. */
  UNRESOLVED: 16,
  /** Endpoints are hosts, and none of them has an address of this family now. */
  LACKING: 17,
} as const;
export type Serving = (typeof Serving)[keyof typeof Serving];

/** GROUP: candidates, then CandidateField.SIZE words each. */
export const GroupField = {
  COUNT: NodeHeader.SIZE,
  /** Sum of the candidates' weights; each of them is above 0. */
  WEIGHT: NodeHeader.SIZE + 1,
  CANDIDATES: NodeHeader.SIZE + 2,
} as const;

export const CandidateField = {
  WEIGHT: 0,
  REGION: 1,
  POOL: 2,
  /** Index in the pool. */
  ENDPOINT: 3,
  /** Byte place of the record: type, length, RDATA (`snapshot/rotation.ts`). */
  RECORD: 4,
  SIZE: 5,
} as const;

/** The order in which a WALK takes its slots. */
export const Order = { FIXED: 0, VIEW: 1, PREFIX: 2, LABEL: 3, DRAW: 4 } as const;
export type Order = (typeof Order)[keyof typeof Order];

/** WALK: slots, then SlotField.SIZE words each. With order VIEW, slot i is that of region i. */
export const WalkField = {
  ORDER: NodeHeader.SIZE,
  /** Index of the view; of order VIEW. */
  VIEW: NodeHeader.SIZE + 1,
  /** Slots that may give something, at most. */
  MOST: NodeHeader.SIZE + 2,
  /** Candidates from one slot, at most. */
  PER_SLOT: NodeHeader.SIZE + 3,
  COUNT: NodeHeader.SIZE + 4,
  SLOTS: NodeHeader.SIZE + 5,
} as const;

export const SlotField = {
  /** The node; 0 passes the slot by, VOID ends the walk with nothing. */
  CHILD: 0,
  /** Of SHARE_ALL client prefixes, how many are let in. */
  SHARE: 1,
  /** Of the rendezvous and of the share: of the slot's own name, so that it stays with it when others come or go. */
  SEED: 2,
  /** Of order DRAW. */
  WEIGHT: 3,
  SIZE: 4,
} as const;

/** A slot whose region serves the other family only. */
export const VOID = -1;
export const SHARE_ALL = 65_536;

/** BRANCH: one child for each number of the view, 0 and VOID as in slots; a number beyond has none. */
export const BranchField = {
  VIEW: NodeHeader.SIZE,
  COUNT: NodeHeader.SIZE + 1,
  CHILDREN: NodeHeader.SIZE + 2,
} as const;

/** OWNER: `TABLE` is the number of the owner table in the image; one child for each region. */
export const OwnerField = {
  TABLE: NodeHeader.SIZE,
  UNKNOWN: NodeHeader.SIZE + 1,
  COUNT: NodeHeader.SIZE + 2,
  CHILDREN: NodeHeader.SIZE + 3,
} as const;
