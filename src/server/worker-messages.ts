import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import type { ListenAddress } from './sockaddr.ts';

/** `workerData` of every worker. */
export interface WorkerStart {
  /** This worker's line in the control block. */
  readonly worker: number;
  readonly control: SharedArrayBuffer;
  /** Query counters of this worker alone. */
  readonly counters: SharedArrayBuffer;
  readonly snapshot: SnapshotBuffers;
  readonly seed: number;
  readonly udpAnswerBytes: number;
  readonly sockets: readonly WorkerSocket[];
}

/** One address to serve: a socket that the main thread opened, or none when the worker opens it through Node. */
export interface WorkerSocket {
  readonly address: ListenAddress;
  readonly fd?: number;
}

/** What a worker posts to the main thread: once, before it serves its first query. */
export type WorkerReport =
  /** Ports in the order of `WorkerStart.sockets`. */
  | { readonly kind: 'ready'; readonly ports: readonly number[] }
  | { readonly kind: 'failed'; readonly address: ListenAddress; readonly reason: string };
