import { assert } from '../runtime/assert.ts';

/**
 * The rotation: what each steered name is answered with now. Rebuilt at each change of health, small, never written after
 * its publication.
 *
 *   header    RotationHeader.SIZE words
 *   entries   EntryField.SIZE words each, in the order of the config's steerings
 *   nodes     decision trees (`steering/nodes.ts`), rows of counters
 *   bytes     records: type, length, RDATA
 */
export const RotationHeader = { MAGIC: 0, ENTRIES: 1, REGIONS: 2, SIZE: 4 } as const;
export const ROTATION_MAGIC = 0x4d52444f;

/** The kinds of records that trees are grown for. */
export const RecordKind = { A: 0, AAAA: 1, CNAME: 2, HTTPS: 3, SVCB: 4, SRV: 5, MX: 6 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

export const EntryField = {
  POLICY: 0,
  /** Place of a row with the answer counter of each region, and one of refusals by residency behind them. */
  COUNTERS: 1,
  /** Places of the trees, by `RecordKind`; 0: not steered. With a CNAME tree every type is answered by that. */
  ROOTS: 2,
  /** Most records in one answer, by `RecordKind`. */
  ANSWERS: 9,
  /**
   * HTTPS and SVCB of a name whose endpoints have no host names: byte place of the parameters before the hints (two bytes
   * of length, then they), 0 when there is none. The hints are the addresses that A and AAAA would give.
   */
  HTTPS_SELF: 16,
  SVCB_SELF: 17,
  SIZE: 18,
} as const;

/** A rotation without an entry. */
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

  /** Place of an entry's fields. */
  entry(index: number): number {
    return RotationHeader.SIZE + index * EntryField.SIZE;
  }
}
