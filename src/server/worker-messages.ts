import type { Prefix } from '../ip/prefix.ts';
import type { LimiterSecret } from '../query/rate-limit.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import type { ListenAddress } from './sockaddr.ts';

/** `workerData` of every worker. */
export interface WorkerStart {
  /** This worker's line in the control block. */
  readonly worker: number;
  readonly control: SharedArrayBuffer;
  /** Query counters of this worker alone. */
  readonly counters: SharedArrayBuffer;
  /** Log ring of this worker alone; without one no query is ever logged. */
  readonly log?: SharedArrayBuffer | undefined;
  readonly snapshot: SnapshotBuffers;
  /** Of what shows in answers: shares. */
  readonly seed: number;
  /** Shows nowhere. */
  readonly limiterSecret: LimiterSecret;
  /** Serve through node:dgram and node:net alone. */
  readonly portable: boolean;
  /** Networks whose peers put a PROXY v2 header before what they pass on. */
  readonly proxies: readonly Prefix[];
  /** Of the stream worker alone. */
  readonly stream: StreamStart | undefined;
  readonly sockets: readonly WorkerSocket[];
}

export interface StreamStart {
  readonly bounds: StreamBounds;
  /** One for each socket with TLS. */
  readonly identities: readonly TlsIdentity[];
}

/** Bounds of the connections over TCP and TLS. */
export interface StreamBounds {
  readonly connections: number;
  readonly perClient: number;
  readonly idleMs: number;
}

/** PEM text: the certificate with its chain, and its key. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/**
 * One address to serve. A worker opens its own sockets, when it is ready to serve them: a bound socket that nobody
 * reads would collect queries. `fd` is one that an earlier life of the worker left open, queries in it and all.
 */
export interface WorkerSocket {
  readonly address: ListenAddress;
  readonly fd?: number;
  /** Serve TLS, with this item of `StreamStart.identities`. */
  readonly identity?: number;
}

/** What the main thread posts to a worker at each publish. */
export interface Publication {
  readonly snapshot: SnapshotBuffers;
  /** Bytes of the buffers that this snapshot does not share with the one before it. */
  readonly newBytes: number;
  /** For the stream worker, when they changed: what stood in `StreamStart.identities`. */
  readonly identities?: readonly TlsIdentity[];
}

/** What a worker posts to the main thread: once, before it serves its first query. */
export type WorkerReport =
  /** In the order of `WorkerStart.sockets`, with the port that the kernel gave, and `fd` where it outlives the thread. */
  | { readonly kind: 'ready'; readonly sockets: readonly WorkerSocket[] }
  | { readonly kind: 'failed'; readonly address: ListenAddress; readonly reason: string };
