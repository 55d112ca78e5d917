/** Writes the data section of a MaxMind DB: appends values and gives back their offsets. */
export class DataSection {
  private bytes = Buffer.alloc(1 << 20);
  private used = 0;
  private readonly strings = new Map<string, number>();

  /** A view on what has been written. */
  contents(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  get offset(): number {
    return this.used;
  }

  map(entries: number): void {
    this.control(7, entries);
  }

  array(items: number): void {
    this.control(11, items);
  }

  double(value: number): void {
    this.control(3, 8);
    this.reserve(8);
    this.used = this.bytes.writeDoubleBE(value, this.used);
  }

  uint(value: number, type: 5 | 6 | 9): void {
    const hex = value === 0 ? '' : value.toString(16);
    const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    this.control(type, digits.length);
    this.append(digits);
  }

  string(text: string): void {
    const utf8 = Buffer.from(text);
    this.control(2, utf8.length);
    this.append(utf8);
  }

  /** A string that comes often: written once, then pointed to. */
  shared(text: string): void {
    const known = this.strings.get(text);
    if (known !== undefined) {
      this.pointer(known);
      return;
    }
    this.strings.set(text, this.used);
    this.string(text);
  }

  /** A pointer of four bytes: one size for all keeps this small. */
  pointer(offset: number): void {
    this.reserve(5);
    this.bytes[this.used++] = (1 << 5) | (3 << 3);
    this.used = this.bytes.writeUInt32BE(offset, this.used);
  }

  private control(type: number, size: number): void {
    if (size > 284) throw new Error(`value of ${size} bytes`);
    this.reserve(3);
    const short = Math.min(size, 29);
    this.bytes[this.used++] = ((type < 8 ? type : 0) << 5) | short;
    if (type >= 8) this.bytes[this.used++] = type - 7;
    if (short === 29) this.bytes[this.used++] = size - 29;
  }

  private append(bytes: Buffer): void {
    this.reserve(bytes.length);
    this.used += bytes.copy(this.bytes, this.used);
  }

  private reserve(size: number): void {
    if (this.used + size <= this.bytes.length) return;
    const larger = Buffer.alloc(this.bytes.length * 2);
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}
