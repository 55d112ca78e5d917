/**
 * What each data record of a file came to: record → a row of small numbers, by open addressing. A Map of half a
 * million entries takes four times the memory and twice the time.
 */
export class RecordTable {
  /** Numbers of all rows; a row is `width` of them. */
  values: Uint16Array;
  private readonly width: number;
  private count = 0;
  private records = new Uint32Array(1 << 16);

  constructor(width: number) {
    this.width = width;
    this.values = new Uint16Array(width << 16);
  }

  /** Where the row of a record (> 0) begins in `values`, or −1. */
  find(record: number): number {
    const slot = this.slotOf(record);
    return this.records[slot] === record ? slot * this.width : -1;
  }

  /** Where the row of a new record begins. Rows found before may have moved. */
  add(record: number): number {
    if (2 * this.count >= this.records.length) this.grow();
    const slot = this.slotOf(record);
    this.count++;
    this.records[slot] = record;
    return slot * this.width;
  }

  /** The slot where the record stands or would stand; an empty slot holds 0. */
  private slotOf(record: number): number {
    const mask = this.records.length - 1;
    let slot = (Math.imul(record, 0x9e3779b1) >>> 8) & mask;
    while (this.records[slot] !== 0 && this.records[slot] !== record) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { records, values, width } = this;
    this.records = new Uint32Array(2 * records.length);
    this.values = new Uint16Array(2 * values.length);
    for (const [i, record] of records.entries()) {
      if (record === 0) continue;
      const slot = this.slotOf(record);
      this.records[slot] = record;
      for (let j = 0; j < width; j++) this.values[slot * width + j] = values[i * width + j]!;
    }
  }
}
