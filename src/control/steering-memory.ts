import type { Clock } from '../runtime/clock.ts';
import { StateKeeper } from '../runtime/state-keeper.ts';
import type { RememberedSteering } from './remembered-steering.ts';
import { readSteeringFile, writeSteeringFile } from './steering-file.ts';

export interface SteeringMemoryParts {
  /** The state directory; made when missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** Told once when the file cannot be used or written, and again after it could be. */
  readonly warn: (message: string) => void;
}

/**
 * Keeps in `steering.json` what answers go by beside health: when regions came back, the verdicts that floors hold, who
 * was up last. Without it a restart would end every slow start and thaw every floor.
 */
export class SteeringMemory {
  private readonly parts: SteeringMemoryParts;
  private readonly keeper: StateKeeper;
  private source: (() => RememberedSteering) | undefined;

  constructor(parts: SteeringMemoryParts) {
    this.parts = parts;
    const { directory, clock, warn } = parts;
    this.keeper = new StateKeeper({
      clock,
      warn,
      write: () => writeSteeringFile(directory, clock.now(), this.source!()),
    });
  }

  /** What the run before knew; undefined when there is nothing to go by. Never rejects. */
  async load(): Promise<RememberedSteering | undefined> {
    const { directory, clock, warn } = this.parts;
    const read = await readSteeringFile(directory, clock.now());
    if ('remembered' in read) return read.remembered;
    warn(read.problem);
    return undefined;
  }

  /** From now on writes what `source` gives: after each change, and every minute. */
  keep(source: () => RememberedSteering): void {
    this.source = source;
    this.keeper.begin();
  }

  /** A snapshot was published. */
  changed(): void {
    this.keeper.changed();
  }

  /** Writes a last time; resolves when the file is on disk, or cannot be. */
  stop(): Promise<void> {
    return this.keeper.stop();
  }
}
