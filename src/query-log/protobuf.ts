/**
 * Writes protocol buffers into memory that is given (https://protobuf.dev/programming-guides/encoding): the few wire
 * types that dnstap needs. The caller sees to it that there is room.
 */
export class ProtobufWriter {
  out: Uint8Array = new Uint8Array(0);
  at = 0;

  begin(out: Uint8Array, at: number): void {
    this.out = out;
    this.at = at;
  }

  /** `value`: a whole number from 0 to 2⁵³ − 1. */
  varint(field: number, value: number): void {
    this.tag(field, VARINT);
    this.number(value);
  }

  /** `value`: from 0 to 2³² − 1, always four bytes. */
  fixed32(field: number, value: number): void {
    this.tag(field, FIXED32);
    for (let shift = 0; shift < 32; shift += 8) this.out[this.at++] = value >>> shift;
  }

  bytes(field: number, bytes: Uint8Array, length = bytes.length): void {
    this.tag(field, LENGTH);
    this.number(length);
    for (let i = 0; i < length; i++) this.out[this.at++] = bytes[i]!;
  }

  private tag(field: number, wireType: number): void {
    this.number(field * 8 + wireType);
  }

  private number(value: number): void {
    while (value >= 0x80) {
      this.out[this.at++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.out[this.at++] = value;
  }
}

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;
