/** Things that wait in a row: to join at the end, to leave from anywhere and to be first are each one step. */
export class WaitingList<T> {
  private first: Seat<T> | undefined;
  private last: Seat<T> | undefined;

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** The seat leaves the list in which it was. */
  join(seat: Seat<T>): void {
    seat.leave();
    seat.list = this;
    seat.previous = this.last;
    if (this.last === undefined) this.first = seat;
    else this.last.next = seat;
    this.last = seat;
  }

  shift(): Seat<T> | undefined {
    const { first } = this;
    first?.leave();
    return first;
  }

  remove(seat: Seat<T>): void {
    const { previous, next } = seat;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
  }

  *[Symbol.iterator](): Generator<Seat<T>> {
    let seat = this.first;
    while (seat !== undefined) {
      // It may leave while we look at it.
      const { next } = seat;
      yield seat;
      seat = next;
    }
  }
}

/** What a thing waits with. It has one for good, and is in one list at most. */
export class Seat<T> {
  readonly item: T;
  list: WaitingList<T> | undefined;
  previous: Seat<T> | undefined;
  next: Seat<T> | undefined;
  /** The tick of the wheel at which it is due. */
  tick = 0;

  constructor(item: T) {
    this.item = item;
  }

  leave(): void {
    this.list?.remove(this);
    this.list = undefined;
    this.previous = undefined;
    this.next = undefined;
  }
}
