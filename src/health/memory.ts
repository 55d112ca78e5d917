import type { Clock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { StateKeeper } from '../runtime/state-keeper.ts';
import { readHealthFile, writeHealthFile } from './health-file.ts';
import type { RememberedHealth } from './remembered.ts';

export interface HealthMemoryParts {
  /** The state directory; made when missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** Told once when the file cannot be used or written, and again after it could be. */
  readonly warn: (message: string) => void;
}

/** Keeps the last known states in `health.json`, so that a restart does not begin by knowing nothing. */
export class HealthMemory {
  private readonly parts: HealthMemoryParts;
  private readonly keeper: StateKeeper;
  private source: () => readonly RememberedHealth[] = () => [];

  constructor(parts: HealthMemoryParts) {
    this.parts = parts;
    const { directory, clock, warn } = parts;
    this.keeper = new StateKeeper({
      clock,
      warn,
      write: () => writeHealthFile(directory, clock.now(), this.source()),
    });
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
    this.keeper.begin();
  }

  /** A state changed. */
  changed(): void {
    this.keeper.changed();
  }

  /** Writes a last time; resolves when the file is on disk, or cannot be. */
  stop(): Promise<void> {
    return this.keeper.stop();
  }
}
