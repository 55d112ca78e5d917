import type { FenceCall } from '../src/control/fence.ts';
import type { Random } from '../src/runtime/random.ts';
import type { WorldClock } from './clock.ts';

/** Whoever lets one owner write. It takes no epoch that is below the highest it has seen. */
export class Gatekeeper {
  failing = false;
  epoch = 0;
  owner: string | undefined;
  private readonly clock: WorldClock;
  private readonly random: Random;

  constructor(clock: WorldClock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  readonly call = async (_: unknown, { to, epoch }: FenceCall): Promise<string | undefined> => {
    await this.clock.sleep(1 + this.random.below(100));
    if (this.failing && this.random.below(2) === 0) return 'no answer';
    if (epoch < this.epoch) return 'the epoch is old';
    this.epoch = epoch;
    this.owner = to;
    // Done, but its word gets lost.
    return this.failing ? 'no answer' : undefined;
  };
}
