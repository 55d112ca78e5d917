import type { Clock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';

/** What waits for a turn. */
export interface TurnTaker {
  /** Those of one client stand in one line. */
  readonly client: string | undefined;
  /** Takes the turn that it waits for; it may begin to wait for another. */
  turn(): void;
}

/**
 * Who may answer queries now. Turns are taken as data comes until a round of the event loop has worked for
 * `limits.tcpRoundMs`. Who comes later waits, and so does who had a turn and has more. Those are served once a round,
 * for as long again: between rounds the thread hears of new connections, of snapshots and of its end, however many
 * have queries. The clients take turns, and the connections of each among themselves: a crowd waits for itself.
 */
export class TurnLine<T extends TurnTaker> {
  /** In the order in which they are served next; no set is empty. */
  private readonly clients = new Map<string | undefined, Set<T>>();
  private readonly clock: Clock;
  /** `serve` comes at the end of this round. */
  private due = false;
  /** Monotonic milliseconds at which this round has worked enough. */
  private enoughMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Whether who has queries may answer them now and need not wait. */
  isOpen(): boolean {
    if (this.clients.size > 0) return false;
    const nowMs = this.clock.monotonicMs();
    if (!this.due) this.begin(nowMs + limits.tcpRoundMs);
    return nowMs < this.enoughMs;
  }

  wait(taker: T): void {
    const own = this.clients.get(taker.client);
    if (own === undefined) this.clients.set(taker.client, new Set([taker]));
    else own.add(taker);
    if (!this.due) this.begin(0);
  }

  /** It waits no longer. */
  leave(taker: T): void {
    const own = this.clients.get(taker.client);
    if (own?.delete(taker) && own.size === 0) this.clients.delete(taker.client);
  }

  private begin(enoughMs: number): void {
    this.due = true;
    this.enoughMs = enoughMs;
    setImmediate(this.serve);
  }

  private readonly serve = (): void => {
    const endMs = this.clock.monotonicMs() + limits.tcpRoundMs;
    do this.next()?.turn();
    while (this.clients.size > 0 && this.clock.monotonicMs() < endMs);
    this.due = false;
    if (this.clients.size > 0) this.begin(0);
  };

  /** Takes the first one out of the line; its client goes to the end. */
  private next(): T | undefined {
    for (const [client, own] of this.clients) {
      const [taker] = own;
      this.clients.delete(client);
      own.delete(taker!);
      if (own.size > 0) this.clients.set(client, own);
      return taker;
    }
    return undefined;
  }
}
