/** A growing array of 32-bit numbers, by row; rows that were never set read as `initial`. */
export class Column {
  private values = new Int32Array(16);
  private readonly initial: number;

  constructor(initial: number) {
    this.initial = initial;
    this.values.fill(initial);
  }

  get(row: number): number {
    return row < this.values.length ? this.values[row]! : this.initial;
  }

  set(row: number, value: number): void {
    if (row >= this.values.length) {
      const larger = new Int32Array(Math.max(2 * this.values.length, row + 1)).fill(this.initial);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[row] = value;
  }
}
