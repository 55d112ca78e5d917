import type { OwnerTable } from '../../config/policy-model.ts';
import { assert } from '../../runtime/assert.ts';
import { limits } from '../../runtime/limits.ts';
import { labelHash, OWNERS_MAGIC, OwnerHeader, OwnerSlot } from '../../steering/owners.ts';

/** Writes a table of owners (`steering/owners.ts`). Keys are lower-case labels of 1 to 63 bytes, one character a byte. */
export function buildOwners({ owners }: OwnerTable): SharedArrayBuffer {
  let mask = 15;
  while (mask < 2 * owners.size) mask = 2 * mask + 1;
  let bytes = 0;
  for (const label of owners.keys()) bytes += 1 + label.length;
  const bytesAt = 4 * (OwnerHeader.SIZE + OwnerSlot.SIZE * (mask + 1));
  const buffer = new SharedArrayBuffer((bytesAt + bytes + 3) & ~3);
  const words = new Int32Array(buffer);
  words.set([OWNERS_MAGIC, mask, owners.size]);
  const out = Buffer.from(buffer);
  let at = bytesAt;
  for (const [label, region] of owners) {
    assert(label.length > 0 && label.length <= limits.labelBytes, 'an owner has a label');
    out[at] = label.length;
    out.write(label, at + 1, 'latin1');
    const hash = labelHash(out, at);
    let slot = hash & mask;
    while (words[slotAt(slot) + OwnerSlot.LABEL] !== 0) slot = (slot + 1) & mask;
    words.set([hash, at, region], slotAt(slot));
    at += 1 + label.length;
  }
  return buffer;
}

function slotAt(slot: number): number {
  return OwnerHeader.SIZE + OwnerSlot.SIZE * slot;
}
