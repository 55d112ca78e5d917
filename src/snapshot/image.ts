import { assert } from '../runtime/assert.ts';

/**
 * The image: every name that we serve with its record sets, as flat words and bytes with the index inside, so
 * that a worker adopts it by keeping a reference. `snapshot/compile/image-builder.ts` writes it.
 *
 * Words are 32-bit, places of words are word indexes, places of bytes are byte indexes; 0 means "none".
 *
 *   header   8 words (ImageHeader)
 *   table    2 words a slot: hash of the name, place of its node; open addressing, linear probing
 *   nodes    NodeField.SIZE words each
 *   rrsets   RrsetField.SIZE words each, those of one node side by side
 *   bytes    names in lower case, then records
 *
 * A record is stored as it stands in an answer to a question for its owner: a pointer to the question's name,
 * type, class, TTL, length, RDATA with names written out.
 */
export const ImageHeader = { MAGIC: 0, TABLE: 1, MASK: 2, BYTES: 3, NODES: 4, SIZE: 8 } as const;
export const IMAGE_MAGIC = 0x4d52444e;

export const NodeField = {
  NAME: 0,
  NAME_LENGTH: 1,
  /** The node of the zone's apex. */
  APEX: 2,
  /** Index of the entry of the rotation that steers it, −1 for none. */
  ENTRY: 3,
  RRSETS: 4,
  RRSET_COUNT: 5,
  /** The topmost delegation at or above this name inside the zone; 0 outside of delegations. */
  CUT: 6,
  /** The node of `*.this`. */
  WILDCARD: 7,
  /** Apex only: the SOA record set with the TTL of negative answers (RFC 2308 §5). */
  NEGATIVE_SOA: 8,
  /** The apex of the zone that knows of DS at this name: at an apex the zone above, if that is ours. */
  DS_APEX: 9,
  SIZE: 10,
} as const;

export const RrsetField = {
  TYPE: 0,
  COUNT: 1,
  BYTES: 2,
  LENGTH: 3,
  /**
   * 0: RDATA is copied as it is. Else it holds names that may be compressed (RFC 3597 §4), and records are
   * written one by one: bytes before the first name × 4 + number of names.
   */
  NAMES: 4,
  SIZE: 5,
} as const;

/** An image without a name. */
export function emptyImage(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(4 * (ImageHeader.SIZE + 2));
  const words = new Int32Array(buffer);
  words[ImageHeader.MAGIC] = IMAGE_MAGIC;
  words[ImageHeader.TABLE] = ImageHeader.SIZE;
  return buffer;
}

/** A worker's view on an image. */
export class Image {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  private readonly table: number;
  private readonly mask: number;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    assert(this.words[ImageHeader.MAGIC] === IMAGE_MAGIC, 'the buffer holds an image');
    this.table = this.words[ImageHeader.TABLE]!;
    this.mask = this.words[ImageHeader.MASK]!;
  }

  /**
   * The node of the lower-case wire name `name[at … at + length)` with the given hash; 0 when it does not exist.
   * The table is at most half full, so that the loop ends at an empty slot.
   */
  find(hash: number, name: Uint8Array, at: number, length: number): number {
    const words = this.words;
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const place = this.table + 2 * slot;
      const node = words[place + 1]!;
      if (node === 0) return 0;
      if (words[place] === hash && this.isNamed(node, name, at, length)) return node;
    }
  }

  /** The record set of a type at a node; 0 when there is none. */
  rrset(node: number, type: number): number {
    const words = this.words;
    let place = words[node + NodeField.RRSETS]!;
    for (let left = words[node + NodeField.RRSET_COUNT]!; left > 0; left--, place += RrsetField.SIZE) {
      if (words[place + RrsetField.TYPE] === type) return place;
    }
    return 0;
  }

  private isNamed(node: number, name: Uint8Array, at: number, length: number): boolean {
    const words = this.words;
    if (words[node + NodeField.NAME_LENGTH] !== length) return false;
    const bytes = this.bytes;
    let from = words[node + NodeField.NAME]!;
    for (const end = at + length; at < end; at++) if (bytes[from++] !== name[at]) return false;
    return true;
  }
}
