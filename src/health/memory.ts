import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { readHealthFile, writeHealthFile } from './health-file.ts';
import type { RememberedHealth } from './remembered.ts';

export interface HealthMemoryParts {
  /** The state directory; made when missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** Told once when the file cannot be used or written, and again after it could be. */
  readonly warn: (message: string) => void;
}

/** Changes are written together after so long. */
const coalesceMs = 1_000;
/** Written at least so often, so that the times in the file stay young while nothing changes. */
const refreshMs = 60_000;

/** Keeps the last known states in `health.json`, so that a restart does not begin by knowing nothing. */
export class HealthMemory {
  private readonly parts: HealthMemoryParts;
  private source: (() => readonly RememberedHealth[]) | undefined;
  private timer: Timer | undefined;
  private timerDueMs = 0;
  private writing: Promise<void> = Promise.resolve();
  private failed = false;

  constructor(parts: HealthMemoryParts) {
    this.parts = parts;
  }

  /** What the run before knew, without what is too old to mean anything. Never rejects. */
  async load(): Promise<RememberedHealth[]> {
    const { directory, clock, warn } = this.parts;
    const read = await readHealthFile(directory);
    if ('problem' in read) {
      warn(read.problem);
      return [];
    }
    const nowMs = clock.now();
    // A time in the future was written under another clock: it says nothing about age.
    return read.entries.filter(
      ({ atMs }) => atMs <= nowMs + 1_000 && nowMs - atMs <= limits.healthMemoryAgeMs,
    );
  }

  /** From now on writes what `source` gives: after each change, and every minute. */
  keep(source: () => readonly RememberedHealth[]): void {
    this.source = source;
    this.writeWithin(refreshMs);
  }

  /** A state changed. */
  changed(): void {
    if (this.source !== undefined) this.writeWithin(coalesceMs);
  }

  /** Writes a last time; resolves when the file is on disk, or cannot be. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    this.write();
    this.source = undefined;
    await this.writing;
  }

  private writeWithin(delayMs: number): void {
    const dueMs = this.parts.clock.monotonicMs() + delayMs;
    if (this.timer !== undefined && this.timerDueMs <= dueMs) return;
    this.timer?.cancel();
    this.timerDueMs = dueMs;
    this.timer = this.parts.clock.setTimer(() => {
      this.timer = undefined;
      this.write();
      this.writeWithin(refreshMs);
    }, delayMs);
  }

  /** One write at a time: each begins when the one before has ended. */
  private write(): void {
    const { source } = this;
    if (source === undefined) return;
    this.writing = this.writing.then(async () => {
      const problem = await writeHealthFile(this.parts.directory, this.parts.clock.now(), source());
      if (problem !== undefined && !this.failed) this.parts.warn(problem);
      this.failed = problem !== undefined;
    });
  }
}
