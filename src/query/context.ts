import type { SnapshotBuffers } from '../snapshot/buffers.ts';

/** All that one worker needs to answer: the adopted snapshot, its counters, its scratch memory. */
export class QueryContext {
  generation = 0;
  readonly counters: Float64Array;
  readonly seed: number;
  /** Largest UDP answer, bytes. */
  readonly udpAnswerBytes: number;

  /** `counters` has `counterBytes` bytes and belongs to this worker alone. */
  constructor(counters: SharedArrayBuffer, seed: number, udpAnswerBytes: number) {
    this.counters = new Float64Array(counters);
    this.seed = seed;
    this.udpAnswerBytes = udpAnswerBytes;
  }

  adopt(snapshot: SnapshotBuffers): void {
    this.generation = snapshot.generation;
  }
}
