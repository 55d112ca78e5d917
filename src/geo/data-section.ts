import { limits } from '../runtime/limits.ts';
import { type Bytes, Malformed } from './bytes.ts';

/** Value types of the MaxMind DB format 2.0 that we read. */
export const DataType = {
  POINTER: 1,
  STRING: 2,
  DOUBLE: 3,
  UINT16: 5,
  UINT32: 6,
  MAP: 7,
  INT32: 8,
  UINT64: 9,
  ARRAY: 11,
  BOOLEAN: 14,
  FLOAT: 15,
} as const;

const utf8 = new TextDecoder();

/**
 * Values of a data section, read in place. Work per record is bounded: no recursion, one pointer followed at a
 * time, and a budget of values that `begin` refills. Offsets are from the start of the file.
 */
export class DataSection {
  /** Type and size (bytes, or entries of a map or array) of the value whose header was read last. */
  type = 0;
  size = 0;
  private readonly bytes: Bytes;
  private readonly start: number;
  private readonly end: number;
  private budget = 0;
  private readonly scratch = new DataView(new ArrayBuffer(8));

  /** The section is bytes[start … end); pointers count from `start`. */
  constructor(bytes: Bytes, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  begin(): void {
    this.budget = limits.geoRecordValues;
  }

  /** Reads the header at `offset` into `type` and `size` (for a pointer: where it points) → where its payload is. */
  header(offset: number): number {
    if (--this.budget < 0) throw new Malformed(`a record has more than ${limits.geoRecordValues} values`);
    const control = this.byte(offset++);
    this.type = control >>> 5;
    if (this.type === DataType.POINTER) return this.pointer(control, offset);
    if (this.type === 0) this.type = 7 + this.byte(offset++);
    const size = control & 31;
    if (size < 29) {
      this.size = size;
      return offset;
    }
    const extra = size - 28;
    this.size = [29, 285, 65_821][extra - 1]! + this.unsigned(offset, extra);
    return offset + extra;
  }

  /** As `header`, but for the value that a pointer points to. */
  resolve(offset: number): number {
    const payload = this.header(offset);
    if (this.type !== DataType.POINTER) return payload;
    const target = this.header(this.size);
    if (this.type === DataType.POINTER) throw new Malformed('a pointer points to a pointer');
    return target;
  }

  /** The offset after the value at `offset`, whatever it holds; pointers are stepped over, not followed. */
  skip(offset: number): number {
    for (let left = 1; left > 0; left--) {
      offset = this.header(offset);
      if (this.type === DataType.MAP) left += 2 * this.size;
      else if (this.type === DataType.ARRAY) left += this.size;
      else if (this.type !== DataType.POINTER && this.type !== DataType.BOOLEAN) offset += this.size;
    }
    return offset;
  }

  /** The number at `offset`; NaN when the value is none. */
  number(offset: number): number {
    const at = this.resolve(offset);
    if (this.type === DataType.DOUBLE && this.size === 8) return this.copy(at, 8).getFloat64(0);
    if (this.type === DataType.FLOAT && this.size === 4) return this.copy(at, 4).getFloat32(0);
    if (this.type === DataType.INT32 && this.size <= 4) {
      return this.size === 4 ? this.unsigned(at, 4) | 0 : this.unsigned(at, this.size);
    }
    const { UINT16, UINT32, UINT64 } = DataType;
    const whole = this.type === UINT16 || this.type === UINT32 || this.type === UINT64;
    return whole && this.size <= 8 ? this.unsigned(at, this.size) : Number.NaN;
  }

  /** The text at `offset`, at most `limits.geoTextBytes`; undefined when the value is no string. */
  text(offset: number): string | undefined {
    const at = this.resolve(offset);
    if (this.type !== DataType.STRING) return undefined;
    const bytes = new Uint8Array(Math.min(this.size, limits.geoTextBytes));
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.byte(at + i);
    return utf8.decode(bytes);
  }

  /** One byte of a payload. */
  byte(offset: number): number {
    if (offset < this.start || offset >= this.end)
      throw new Malformed('a value lies outside the data section');
    return this.bytes.at(offset);
  }

  /** Reads a pointer's target into `size` → the offset after the pointer. The sizes begin where the shorter end. */
  private pointer(control: number, offset: number): number {
    const high = control & 7;
    const length = ((control >>> 3) & 3) + 1;
    const low = this.unsigned(offset, length);
    if (length === 1) this.size = this.start + ((high << 8) | low);
    else if (length === 2) this.size = this.start + 2048 + ((high << 16) | low);
    else if (length === 3) this.size = this.start + 526_336 + ((high << 24) | low);
    else this.size = this.start + low;
    return offset + length;
  }

  private unsigned(offset: number, length: number): number {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + this.byte(offset + i);
    return value;
  }

  private copy(offset: number, length: number): DataView {
    for (let i = 0; i < length; i++) this.scratch.setUint8(i, this.byte(offset + i));
    return this.scratch;
  }
}
