import { assert } from '../runtime/assert.ts';

/**
 * A table of owners: label → region, flat, as `snapshot/compile/owner-table.ts` writes it.
 *
 *   header  OwnerHeader.SIZE words
 *   table   3 words a slot: hash of the label, byte place of the label (length, then bytes; 0: empty slot), region
 *   bytes   labels in lower case
 */
export const OwnerHeader = { MAGIC: 0, MASK: 1, COUNT: 2, SIZE: 4 } as const;
export const OWNERS_MAGIC = 0x4d4f574e;
export const OwnerSlot = { HASH: 0, LABEL: 1, REGION: 2, SIZE: 3 } as const;

/** A worker's view on a table of owners. */
export class OwnerView {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly mask: number;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    assert(this.words[OwnerHeader.MAGIC] === OWNERS_MAGIC, 'the buffer holds a table of owners');
    this.mask = this.words[OwnerHeader.MASK]!;
  }

  /**
   * The region that owns the lower-case label at `name[at]` (its length, then its bytes), −1 when nobody does. `hash` is
   * `labelHash` of it. The table is at most half full, so that the loop ends at an empty slot.
   */
  find(name: Uint8Array, at: number, hash: number): number {
    const { words } = this;
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const place = OwnerHeader.SIZE + OwnerSlot.SIZE * slot;
      const label = words[place + OwnerSlot.LABEL]!;
      if (label === 0) return -1;
      if (words[place + OwnerSlot.HASH] === hash && this.isLabel(label, name, at))
        return words[place + OwnerSlot.REGION]!;
    }
  }

  private isLabel(label: number, name: Uint8Array, at: number): boolean {
    const size = this.bytes[label]!;
    for (let i = 0; i <= size; i++) if (this.bytes[label + i] !== name[at + i]) return false;
    return true;
  }
}

/** Hash of the lower-case label at `name[at]` (its length, then its bytes). */
export function labelHash(name: Uint8Array, at: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = at + 1, end = at + name[at]!; i <= end; i++) hash = Math.imul(hash ^ name[i]!, 0x01000193);
  return hash;
}
