import type { Clock } from './clock.ts';
import { DueTimer } from './due-timer.ts';

export interface StateKeeperParts {
  readonly clock: Clock;
  /** Writes what is known now; returns a problem told in one line. Never rejects. */
  readonly write: () => Promise<string | undefined>;
  /** Told once when it cannot be written, and again after it could be. */
  readonly warn: (problem: string) => void;
}

/** Changes are written together after so long. */
const coalesceMs = 1_000;
/** Written at least so often, so that the times in the file stay young while nothing changes. */
const refreshMs = 60_000;

/** Decides when a file of the state directory is written: soon after changes, every minute, and at the stop. */
export class StateKeeper {
  private readonly parts: StateKeeperParts;
  private keeps = false;
  private readonly timer: DueTimer;
  private writing: Promise<void> = Promise.resolve();
  private failed = false;

  constructor(parts: StateKeeperParts) {
    this.parts = parts;
    this.timer = new DueTimer(parts.clock, () => {
      this.write();
      this.writeWithin(refreshMs);
    });
  }

  /** From now on there is something to write. */
  begin(): void {
    this.keeps = true;
    this.writeWithin(refreshMs);
  }

  changed(): void {
    if (this.keeps) this.writeWithin(coalesceMs);
  }

  /** Writes a last time; resolves when the file is on disk, or cannot be. */
  async stop(): Promise<void> {
    this.timer.cancel();
    this.write();
    this.keeps = false;
    await this.writing;
  }

  private writeWithin(delayMs: number): void {
    this.timer.set(this.parts.clock.monotonicMs() + delayMs);
  }

  /** One write at a time: each begins when the one before has ended. */
  private write(): void {
    if (!this.keeps) return;
    this.writing = this.writing.then(async () => {
      const problem = await this.parts.write();
      if (problem !== undefined && !this.failed) this.parts.warn(problem);
      this.failed = problem !== undefined;
    });
  }
}
