import { type Seat, WaitingList } from './waiting-list.ts';

/** A bound on how many do something with one host at once; the others wait for their turn, in the order in which they came. */
export class HostSlots<T> {
  private readonly most: number;
  private readonly hosts = new Map<string, { taken: number; readonly waiting: WaitingList<T> }>();

  constructor(most: number) {
    this.most = most;
  }

  /** How many of a host's slots are taken. */
  taken(name: string): number {
    return this.hosts.get(name)?.taken ?? 0;
  }

  /** True when it is our turn; false when the seat now waits. Whoever had a turn gives it back. */
  take(name: string, seat: Seat<T>): boolean {
    let host = this.hosts.get(name);
    if (host === undefined) {
      host = { taken: 0, waiting: new WaitingList() };
      this.hosts.set(name, host);
    }
    if (host.taken >= this.most) {
      host.waiting.join(seat);
      return false;
    }
    host.taken += 1;
    return true;
  }

  /** Gives a turn back. It passes to the first that waits, which is returned, out of the list. */
  give(name: string): T | undefined {
    const host = this.hosts.get(name)!;
    const next = host.waiting.shift();
    if (next !== undefined) return next.item;
    host.taken -= 1;
    if (host.taken === 0) this.hosts.delete(name);
    return undefined;
  }
}
