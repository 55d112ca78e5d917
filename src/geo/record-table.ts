/**
 * What each data record of a file came to: record → small number, by open addressing. A Map of half a million
 * entries takes four times the memory and twice the time.
 */
export class RecordTable {
  private count = 0;
  private records = new Uint32Array(1 << 16);
  private values = new Uint16Array(1 << 16);

  /** The value of a record (> 0), or −1. */
  get(record: number): number {
    const slot = this.slotOf(record);
    return this.records[slot] === record ? this.values[slot]! : -1;
  }

  set(record: number, value: number): void {
    if (2 * this.count >= this.records.length) this.grow();
    const slot = this.slotOf(record);
    if (this.records[slot] === 0) this.count++;
    this.records[slot] = record;
    this.values[slot] = value;
  }

  /** The slot where the record stands or would stand; an empty slot holds 0. */
  private slotOf(record: number): number {
    const mask = this.records.length - 1;
    let slot = (Math.imul(record, 0x9e3779b1) >>> 8) & mask;
    while (this.records[slot] !== 0 && this.records[slot] !== record) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { records, values } = this;
    this.records = new Uint32Array(2 * records.length);
    this.values = new Uint16Array(2 * values.length);
    for (const [i, record] of records.entries()) {
      if (record === 0) continue;
      const slot = this.slotOf(record);
      this.records[slot] = record;
      this.values[slot] = values[i]!;
    }
  }
}
