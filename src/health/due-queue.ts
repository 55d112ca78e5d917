interface Entry<T> {
  readonly dueMs: number;
  /** Tells two entries of the same time apart: first in, first out. */
  readonly order: number;
  readonly item: T;
}

/** A binary heap of things by the time at which they are due: one timer serves ten thousand of them. */
export class DueQueue<T> {
  private readonly heap: Entry<T>[] = [];
  private pushed = 0;

  /** When the first is due; undefined when the queue is empty. */
  get firstDueMs(): number | undefined {
    return this.heap[0]?.dueMs;
  }

  push(dueMs: number, item: T): void {
    const { heap } = this;
    const entry = { dueMs, order: this.pushed++, item };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent]!, entry)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the first when it is due at `nowMs`. */
  take(nowMs: number): T | undefined {
    const first = this.heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.sinkFromTop(last);
    return first.item;
  }

  clear(): void {
    this.heap.length = 0;
  }

  private sinkFromTop(entry: Entry<T>): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(entry, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = entry;
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
