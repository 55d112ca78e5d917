import { createLogRing, droppedOf, setLogShare, unreadOf } from '../query/log-layout.ts';
import type { NumberedRing } from '../query-log/pump.ts';

/** The log rings of all workers: opened with each set of workers, retired when the set has stopped. */
export class LogRings {
  /** Called when the rings are others than before. */
  onChange: () => void = () => {};
  private readonly live = new Map<SharedArrayBuffer, number>();
  private share = 0;
  private lastId = 0;
  private retiredDrops = 0;

  /** New rings, one for each worker of a set to be started. */
  open(workers: number): SharedArrayBuffer[] {
    const rings = Array.from({ length: workers }, () => createLogRing());
    for (const ring of rings) {
      setLogShare(ring, this.share);
      this.live.set(ring, ++this.lastId);
    }
    this.onChange();
    return rings;
  }

  /** To be called when nobody writes them any more; the log thread still reads them to their end. */
  retire(rings: readonly SharedArrayBuffer[]): void {
    for (const ring of rings) {
      if (this.live.delete(ring)) this.retiredDrops += droppedOf(ring);
    }
    this.onChange();
  }

  /** From 0, which turns the log off at once, to 1. */
  setShare(share: number): void {
    this.share = share;
    for (const ring of this.live.keys()) setLogShare(ring, share);
  }

  numbered(): NumberedRing[] {
    return [...this.live].map(([ring, id]) => ({ id, ring }));
  }

  /** Records that wait for the log thread. */
  unread(): number {
    return [...this.live.keys()].reduce((sum, ring) => sum + unreadOf(ring), 0);
  }

  /** Records that found a ring full, since the process started. */
  dropped(): number {
    return [...this.live.keys()].reduce((sum, ring) => sum + droppedOf(ring), this.retiredDrops);
  }
}
