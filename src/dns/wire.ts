import { limits } from '../runtime/limits.ts';
import { formatName } from './names.ts';

/** Collects the wire form of one record's data. What does not fit sets `full` and is not written. */
export class WireWriter {
  readonly bytes: Uint8Array;
  length = 0;
  full = false;

  constructor(capacity: number = limits.rdataBytes) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
    this.full = false;
  }

  /** Whether `count` more bytes fit; when not, the writer is full from now on. */
  room(count: number): boolean {
    if (this.length + count > this.bytes.length) this.full = true;
    return !this.full;
  }

  u8(value: number): void {
    if (this.room(1)) this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value & 0xff);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  put(bytes: Uint8Array): void {
    if (!this.room(bytes.length)) return;
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/** Reads one record's data. Reading past the end, or a form that cannot be, sets `failed` for good. */
export class WireReader {
  readonly bytes: Uint8Array;
  at = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(): void {
    this.failed = true;
    this.at = this.bytes.length;
  }

  u8(): number {
    if (this.at < this.bytes.length) return this.bytes[this.at++]!;
    this.fail();
    return 0;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  /** The next `count` bytes; none of them when there are fewer. */
  take(count: number): Uint8Array {
    if (count > this.left) this.fail();
    const bytes = this.bytes.subarray(this.at, this.at + count);
    this.at += bytes.length;
    return bytes;
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  /** An uncompressed name, as absolute text. */
  name(): string {
    const start = this.at;
    for (let length = this.u8(); length > 0; length = this.u8()) {
      if (length > limits.labelBytes || this.at - start > limits.nameBytes) this.fail();
      this.take(length);
    }
    if (this.at - start > limits.nameBytes) this.fail();
    return this.failed ? '' : formatName(this.bytes.subarray(start, this.at));
  }
}
