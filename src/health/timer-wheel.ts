import { type Seat, WaitingList } from './waiting-list.ts';

/**
 * A hashed timing wheel (Varghese and Lauck 1987, scheme 6): to begin, to end and to be due cost one step each,
 * however many wait. Each slot holds what is due at its tick of this turn of the wheel, and of later turns. Times
 * are rounded up to a tick, so that nothing is early.
 */
export class TimerWheel<T> {
  private readonly slots: readonly WaitingList<T>[];
  private readonly tickMs: number;
  /** Due, by tick and within one in the order in which they came. */
  private readonly due = new WaitingList<T>();
  /** All up to this tick have been looked at. */
  private tick = 0;
  /** Nothing is due before this tick; undefined: not known. */
  private soonest: number | undefined;

  /** `slots` × `tickMs` is one turn. */
  constructor(slots: number, tickMs: number) {
    this.slots = Array.from({ length: slots }, () => new WaitingList<T>());
    this.tickMs = tickMs;
  }

  /** The seat leaves wherever it was. A time that is past is due now, after what is due already. */
  add(seat: Seat<T>, dueMs: number): void {
    const tick = Math.ceil(dueMs / this.tickMs);
    seat.tick = tick;
    if (tick <= this.tick) {
      this.due.join(seat);
      return;
    }
    this.slotOf(tick).join(seat);
    if (this.soonest !== undefined && tick < this.soonest) this.soonest = tick;
  }

  /** Takes the first that is due at `nowMs`. */
  take(nowMs: number): T | undefined {
    this.turnTo(Math.floor(nowMs / this.tickMs));
    return this.due.shift()?.item;
  }

  /** When to look again: never later than the first is due, earlier at times. Undefined when nothing waits. */
  get nextMs(): number | undefined {
    if (!this.due.isEmpty) return this.tick * this.tickMs;
    this.soonest ??= this.findSoonest();
    return this.soonest === Number.POSITIVE_INFINITY ? undefined : this.soonest * this.tickMs;
  }

  private turnTo(now: number): void {
    if (now <= this.tick) return;
    // After a long pause each slot is looked at once; what is due in one then comes by slot, not by tick.
    const from = Math.max(this.tick + 1, now - this.slots.length + 1);
    for (let tick = from; tick <= now; tick++) {
      const slot = this.slotOf(tick);
      if (slot.isEmpty) continue;
      for (const seat of slot) if (seat.tick <= now) this.due.join(seat);
    }
    this.tick = now;
    if (this.soonest !== undefined && this.soonest <= now) this.soonest = undefined;
  }

  /** Looks through one turn; where all that waits is due in later ones, the end of this one is a time to look again. */
  private findSoonest(): number {
    let anything = false;
    const end = this.tick + this.slots.length;
    for (let tick = this.tick + 1; tick <= end; tick++) {
      for (const seat of this.slotOf(tick)) {
        if (seat.tick <= tick) return tick;
        anything = true;
      }
    }
    return anything ? end : Number.POSITIVE_INFINITY;
  }

  private slotOf(tick: number): WaitingList<T> {
    return this.slots[tick % this.slots.length]!;
  }
}
