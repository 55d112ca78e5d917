import type { StoredWriter, WriterStore } from '../src/control/writer-store.ts';
import type { Random } from '../src/runtime/random.ts';
import type { WorldClock } from './clock.ts';

/** A state directory that outlives its node. A write that fails, or that a crash cuts off, may have landed or not. */
export class Disk {
  failing = false;
  private records = new Map<string, StoredWriter>();
  private readonly clock: WorldClock;
  private readonly random: Random;

  constructor(clock: WorldClock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  wipe(): void {
    this.records = new Map();
  }

  /** The store of one run of the node; writes go on in the order in which they were asked for. */
  open(isRunning: () => boolean): WriterStore {
    let writing: Promise<unknown> = Promise.resolve();
    const write = async (policy: string, record: StoredWriter | undefined): Promise<string | undefined> => {
      const { failing } = this;
      const lands = failing ? this.random.below(2) === 0 : true;
      await this.clock.sleep(1 + this.random.below(20));
      if (!isRunning()) return 'cut off';
      if (lands && record === undefined) this.records.delete(policy);
      else if (lands && record !== undefined) this.records.set(policy, record);
      await this.clock.sleep(1 + this.random.below(20));
      return failing ? 'no space left' : undefined;
    };
    return {
      policies: () => [...this.records.keys()],
      recordOf: (policy) => this.records.get(policy),
      save: (policy, record) => {
        const written = writing.then(() => write(policy, record));
        writing = written;
        return written;
      },
    };
  }
}
