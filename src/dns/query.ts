import { limits } from '../runtime/limits.ts';
import { hashByte, hashChild, LABEL_SEED, ROOT_HASH } from './name-hash.ts';

/** What a packet turned out to be. */
export const Parsed = {
  OK: 0,
  /** No answer at all: a response, or too short to hold an id. */
  DROP: 1,
  FORMERR: 2,
  NOTIMP: 3,
  BADVERS: 4,
  /** No question, but a cookie: the client wants one of ours, or to know what its own is worth (RFC 7873 §5.4). */
  COOKIE: 5,
} as const;
export type Parsed = (typeof Parsed)[keyof typeof Parsed];

/** Options of a query that ask for something in the answer, bits of `Query.options`. */
export const Asked = { NSID: 1, COOKIE: 2, KEEPALIVE: 4, PADDING: 8 } as const;

/** A parsed query. One object per worker, overwritten by each packet: the path allocates nothing. */
export class Query {
  /** The 16-bit flags word as received. */
  flags = 0;
  type = 0;
  class = 0;
  /** Where the question ends in the packet; 12 when there is none that could be read. */
  questionEnd = 12;

  /** The question's name in lower case, wire form with the final zero. */
  readonly name = new Uint8Array(limits.nameBytes + 1);
  nameLength = 0;
  /** Labels without the root. */
  labels = 0;
  /** Where each label starts in `name`; `[labels]` is the root's place. */
  readonly labelAt = new Uint8Array(limits.nameLabels + 1);
  /** Hash of the name from each label on; `[0]` is the whole name's. */
  readonly suffixHash = new Int32Array(limits.nameLabels + 1);

  /** An OPT record was present and read. */
  edns = false;
  /** Requestor's UDP payload size, at least 512 (RFC 6891 §6.2.3). */
  udpBytes = 512;
  dnssecOk = false;

  /** Bits of `Asked`. */
  options = 0;
  /** With `Asked.COOKIE`: where the option's data starts in the packet, and its size. */
  cookieAt = 0;
  cookieLength = 0;

  /** A client subnet option was present (RFC 7871). */
  subnet = false;
  /** Where its option data starts in the packet, and its size. */
  subnetAt = 0;
  subnetLength = 0;
  subnetFamily: 4 | 6 = 4;
  subnetSource = 0;
  /** The address with the bits behind the source prefix zero, as words (see `query/source.ts`). */
  subnetW0 = 0;
  subnetW1 = 0;
  subnetW2 = 0;
  subnetW3 = 0;
}

/** Whether the name in hand is the wire name at `from`, in any case. */
export function isNamed({ name, nameLength }: Query, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < nameLength; at++) {
    let byte = bytes[from + at]!;
    if (byte >= 0x41 && byte <= 0x5a) byte += 32;
    if (byte !== name[at]) return false;
  }
  return true;
}

/** Makes the wire name at `from` (valid, uncompressed) the one that is looked up next: the target of a CNAME. */
export function followName(query: Query, bytes: Uint8Array, from: number): void {
  let labels = 0;
  let to = 0;
  for (;;) {
    const size = bytes[from++]!;
    query.labelAt[labels] = to;
    query.name[to++] = size;
    if (size === 0) break;
    let hash = LABEL_SEED;
    for (const end = from + size; from < end; from++) {
      let byte = bytes[from]!;
      if (byte >= 0x41 && byte <= 0x5a) byte += 32;
      query.name[to++] = byte;
      hash = hashByte(hash, byte);
    }
    query.suffixHash[labels++] = hash;
  }
  query.nameLength = to;
  query.labels = labels;
  hashSuffixes(query);
}

/** Turns the labels' hashes in `suffixHash` into those of the names that start there. */
export function hashSuffixes(query: Query): void {
  const hashes = query.suffixHash;
  let hash = ROOT_HASH;
  hashes[query.labels] = hash;
  for (let i = query.labels - 1; i >= 0; i--) {
    hash = hashChild(hash, hashes[i]!);
    hashes[i] = hash;
  }
}
