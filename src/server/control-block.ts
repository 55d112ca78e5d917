/**
 * The words through which the main thread and its workers speak while a worker blocks in the kernel: which
 * generation is published, whether to stop, and what each worker has done. Lives in shared memory, four
 * cache lines for the common words and one for each worker, so that no worker's writes slow down another's reads.
 */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, 2);
  }

  static forWorkers(workers: number): ControlBlock {
    return new ControlBlock(new SharedArrayBuffer((1 + workers) * LINE_BYTES));
  }

  /** Low 32 bits of the newest published generation. */
  generation(): number {
    return Atomics.load(this.words, 0);
  }

  announce(generation: number): void {
    Atomics.store(this.words, 0, generation);
  }

  stopping(): boolean {
    return Atomics.load(this.words, 1) !== 0;
  }

  askToStop(): void {
    Atomics.store(this.words, 1, 1);
  }

  line(worker: number): WorkerLine {
    return new WorkerLine(this.buffer, (1 + worker) * LINE_BYTES);
  }
}

/** What one worker tells about itself. Written by that worker only, once for each batch, never for each packet. */
export class WorkerLine {
  readonly tally: Float64Array;
  private readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.words = new Int32Array(buffer, offset, 4);
    this.tally = new Float64Array(buffer, offset + 16, TALLY_SLOTS);
  }

  /** Changes at least every few hundred milliseconds while the worker lives. */
  heartbeat(): number {
    return Atomics.load(this.words, 0);
  }

  beat(): void {
    this.words[0]!++;
  }

  adopted(): number {
    return Atomics.load(this.words, 1);
  }

  tellAdopted(generation: number): void {
    Atomics.store(this.words, 1, generation);
  }

  /**
   * Whether the worker has taken it on itself to close its sockets. Otherwise the main thread closes them when the
   * thread has ended; a number closed by both could be somebody else's the second time.
   */
  closesSockets(): boolean {
    return Atomics.load(this.words, 2) !== 0;
  }

  tellClosesSockets(closes: boolean): void {
    Atomics.store(this.words, 2, closes ? 1 : 0);
  }
}

/** Slots of `WorkerLine.tally`; all but `gaugeSlots` only grow, also across restarts of the worker. */
export const Tally = {
  RECEIVED: 0,
  ANSWERED: 1,
  /** Queries larger than a receive slot. */
  TRUNCATED: 2,
  /** Datagrams that cannot be answered: source port 0. */
  UNANSWERABLE: 3,
  /** Answers that the kernel did not take. */
  SEND_ERRORS: 4,
  /** Exceptions out of `respond` or `adopt`: each is a bug, none ends the worker. */
  FAULTS: 5,
  /** Stream connections open now. */
  TCP_CONNECTIONS: 6,
  TLS_CONNECTIONS: 7,
  /** Since the start: taken; ended for being idle, to make room, without a PROXY header, without a handshake. */
  ACCEPTED: 8,
  IDLE_CLOSED: 9,
  EVICTED: 10,
  PROXY_CLOSED: 11,
  HANDSHAKE_CLOSED: 12,
  /** Datagrams from a network of balancers without a PROXY header. */
  PROXY_MISSING: 13,
  /** Connections ended because too many answers waited for those who do not read, or with their worker. */
  UNREAD_CLOSED: 14,
  WORKER_ENDED: 15,
} as const;

/** Slots that rise and fall: connections that are open. What a worker leaves in them was open when it ended. */
export const gaugeSlots: readonly number[] = [Tally.TCP_CONNECTIONS, Tally.TLS_CONNECTIONS];

const TALLY_SLOTS = 30;
const LINE_BYTES = 256;
