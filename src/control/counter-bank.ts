import { counterBytes } from '../query/counters.ts';
import type { WorkerSet } from '../server/worker-set.ts';

/**
 * The workers' counters over the life of the process. A set of workers that is replaced (other listen addresses)
 * leaves its counts behind, so that no counter ever goes back.
 */
export class CounterBank {
  private readonly retiredCounts = new Float64Array(counterBytes / Float64Array.BYTES_PER_ELEMENT);
  private readonly retiredTally = new Float64Array(64);
  private readonly live = new Map<WorkerSet, readonly SharedArrayBuffer[]>();

  /** New counters, one for each worker of a set to be started. */
  open(workers: number): SharedArrayBuffer[] {
    return Array.from({ length: workers }, () => new SharedArrayBuffer(counterBytes));
  }

  watch(set: WorkerSet, buffers: readonly SharedArrayBuffer[]): void {
    this.live.set(set, buffers);
  }

  /** To be called when the set has stopped. */
  retire(set: WorkerSet): void {
    for (const buffer of this.live.get(set) ?? []) addTo(this.retiredCounts, new Float64Array(buffer));
    for (const { tally } of set.status()) addTo(this.retiredTally, tally);
    this.live.delete(set);
  }

  /** Views whose sums are the counts of queries and answers. */
  counts(): readonly Float64Array[] {
    return [this.retiredCounts, ...[...this.live.values()].flat().map((buffer) => new Float64Array(buffer))];
  }

  /** Views whose sums are the workers' tallies (`Tally`). */
  tallies(): readonly Float64Array[] {
    return [
      this.retiredTally,
      ...[...this.live.keys()].flatMap((set) => set.status().map(({ tally }) => tally)),
    ];
  }
}

function addTo(sum: Float64Array, counts: Float64Array): void {
  for (const [slot, count] of counts.entries()) if (count > 0) sum[slot]! += count;
}
