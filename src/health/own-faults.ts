import type { Clock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';

/** Probes that could not be made for want of something on this machine. */
export interface OwnFault {
  /** With what to do. */
  readonly reason: string;
  /** Of the newest one: `pool/endpoint`. */
  readonly place: string;
  /** How many there were for this reason since it was told last. */
  readonly probes: number;
}

/** Tells of probes that were not possible, of each reason at most once in `limits.ownFaultTellMs`. */
export class OwnFaults {
  private readonly clock: Clock;
  private readonly tell: (fault: OwnFault) => void;
  private readonly told = new Map<string, { atMs: number; probes: number }>();

  constructor(clock: Clock, tell: (fault: OwnFault) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  note(reason: string, place: string): void {
    const nowMs = this.clock.monotonicMs();
    // Times and numbers in it make no other reason.
    const key = reason.replace(/\d+/g, '0');
    const known = this.told.get(key);
    const probes = (known?.probes ?? 0) + 1;
    if (known !== undefined && nowMs - known.atMs < limits.ownFaultTellMs) {
      known.probes = probes;
      return;
    }
    if (known === undefined && !this.hasRoom(nowMs)) return;
    this.told.set(key, { atMs: nowMs, probes: 0 });
    this.tell({ reason, place, probes });
  }

  /** Of more different reasons within the time than anybody reads the others are not told. */
  private hasRoom(nowMs: number): boolean {
    if (this.told.size < limits.ownFaultReasons) return true;
    for (const [key, { atMs }] of this.told) if (nowMs - atMs >= limits.ownFaultTellMs) this.told.delete(key);
    return this.told.size < limits.ownFaultReasons;
  }
}
