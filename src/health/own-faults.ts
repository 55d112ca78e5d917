import type { Clock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';

/** Probes that could not be made for want of something on this machine. */
export interface OwnFault {
  /** Of the newest one, with what to do. */
  readonly reason: string;
  /** How many there were since the last time that this was told. */
  readonly probes: number;
}

/** Tells of probes that were not possible, at most once in `limits.ownFaultTellMs`: what one lacks all lack. */
export class OwnFaults {
  private readonly clock: Clock;
  private readonly tell: (fault: OwnFault) => void;
  private probes = 0;
  private toldMs: number | undefined;

  constructor(clock: Clock, tell: (fault: OwnFault) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  note(reason: string): void {
    this.probes++;
    const nowMs = this.clock.monotonicMs();
    if (this.toldMs !== undefined && nowMs - this.toldMs < limits.ownFaultTellMs) return;
    this.toldMs = nowMs;
    this.tell({ reason, probes: this.probes });
    this.probes = 0;
  }
}
