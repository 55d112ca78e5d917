import { assert } from '../runtime/assert.ts';
import { PolicyField } from '../steering/table.ts';

/**
 * The rotation: what each policy serves now. Rebuilt at each change of health, small, never written after its
 * publication.
 *
 *   header    RotationHeader.SIZE words
 *   policies  PolicyField.SIZE words each, in the order of the config
 *   tables    region rows, groups, counter rows (steering/table.ts)
 *   bytes     encoded A and AAAA records, owner = pointer to the question's name
 */
export const RotationHeader = { MAGIC: 0, POLICIES: 1, REGIONS: 2, SIZE: 4 } as const;
export const ROTATION_MAGIC = 0x4d52444f;

/** Sizes of the encoded records. */
export const recordBytes = { a: 16, aaaa: 28 } as const;

/** A rotation without a policy. */
export function emptyRotation(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(4 * RotationHeader.SIZE);
  new Int32Array(buffer)[RotationHeader.MAGIC] = ROTATION_MAGIC;
  return buffer;
}

/** A worker's view on a rotation. */
export class Rotation {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly regionCount: number;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    assert(this.words[RotationHeader.MAGIC] === ROTATION_MAGIC, 'the buffer holds a rotation');
    this.regionCount = this.words[RotationHeader.REGIONS]!;
  }

  /** Place of a policy's fields. */
  policy(index: number): number {
    return RotationHeader.SIZE + index * PolicyField.SIZE;
  }
}
