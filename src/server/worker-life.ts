import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../runtime/clock.ts';
import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import { Backoff } from './backoff.ts';
import { gaugeSlots, Tally, type WorkerLine } from './control-block.ts';
import { formatListenAddress } from './sockaddr.ts';
import type { Publication, WorkerReport, WorkerSocket, WorkerStart } from './worker-messages.ts';

/** What the operator should hear of. */
export type WorkerEvent =
  | { readonly kind: 'portable'; readonly reason: string }
  /** The thread ended, by an exception or because it was stalled; it starts again after `restartMs`. */
  | { readonly kind: 'ended'; readonly worker: string; readonly reason: string; readonly restartMs: number }
  | { readonly kind: 'stalled'; readonly worker: string };

export interface WorkerLifeParts {
  /** For people: `udp 1`, `tcp`. Its first word names the transport in messages. */
  readonly name: string;
  readonly file: URL;
  readonly line: WorkerLine;
  readonly clock: Clock;
  readonly onEvent: (event: WorkerEvent) => void;
  /** What the thread is started with, as of now; `sockets` are those that its last life left open. */
  readonly start: (sockets: readonly WorkerSocket[]) => WorkerStart;
  /** Closes the sockets of a thread that ended without doing so. */
  readonly release: (sockets: readonly WorkerSocket[]) => void;
}

/** One worker thread through all its lives: started, watched, started again when it ends, stopped. */
export class WorkerLife {
  restarts = 0;
  readonly name: string;
  readonly line: WorkerLine;
  private readonly parts: WorkerLifeParts;
  private readonly backoff = new Backoff();
  private worker: Worker | undefined;
  /** Open, unless the thread has closed them. */
  private sockets: readonly WorkerSocket[] = [];
  private bornMs = 0;
  private wait: Timer | undefined;
  /** The first start succeeded: from now on an end is followed by a restart. */
  private served = false;
  private stopping = false;
  private lastBeat = 0;
  private missed = 0;

  constructor(parts: WorkerLifeParts) {
    this.parts = parts;
    this.name = parts.name;
    this.line = parts.line;
  }

  get alive(): boolean {
    return this.worker !== undefined;
  }

  /** The first start: resolves with the ports when the worker serves, rejects with an OperatorError if it cannot. */
  async start(): Promise<readonly number[]> {
    const report = await this.spawn();
    if (report.kind === 'failed') throw listenError(this.name, report);
    this.served = true;
    return report.sockets.map(({ address }) => address.port);
  }

  publish(publication: Publication): void {
    this.worker?.postMessage(publication);
  }

  /** Called every `limits.workerWatchMs`: replaces a thread that no longer moves, such as in an endless loop. */
  watch(): void {
    const beat = this.line.heartbeat();
    this.missed = this.worker !== undefined && beat === this.lastBeat ? this.missed + 1 : 0;
    this.lastBeat = beat;
    if (this.missed < limits.workerWatchMisses) return;
    this.missed = 0;
    this.parts.onEvent({ kind: 'stalled', worker: this.name });
    void this.worker?.terminate();
  }

  /** Resolves when the thread has ended, which the control block asked it to do, or was ended at the deadline. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wait?.cancel();
    const { worker } = this;
    if (worker !== undefined) {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      const deadline = this.parts.clock.setTimer(() => void worker.terminate(), limits.stopMs);
      await ended;
      deadline.cancel();
    }
    this.releaseSockets();
  }

  /** Starts the thread. Resolves with its report; a thread that ends before it reports counts as failed. */
  private spawn(): Promise<WorkerReport> {
    this.bornMs = this.parts.clock.monotonicMs();
    this.line.tellClosesSockets(false);
    const workerData = this.parts.start(this.sockets);
    const worker = new Worker(this.parts.file, {
      workerData,
      name: this.name,
      execArgv: [],
    });
    this.worker = worker;
    let reason = 'the thread ended';
    return new Promise((resolve) => {
      worker.once('message', (report: WorkerReport) => {
        if (report.kind === 'failed') reason = listenError(this.name, report).message;
        else this.sockets = report.sockets;
        resolve(report);
      });
      worker.on('error', (error) => {
        reason = error.message;
      });
      worker.once('exit', () => {
        this.worker = undefined;
        countLost(this.line);
        resolve({ kind: 'failed', address: workerData.sockets[0]!.address, reason });
        if (this.served && !this.stopping) this.ended(reason);
      });
    });
  }

  private ended(reason: string): void {
    const restartMs = this.backoff.next(this.parts.clock.monotonicMs() - this.bornMs);
    // Without a wait the socket stays, and with it the queries that it holds. With one, the kernel shall give the
    // queries to the other workers.
    if (restartMs > 0 || this.line.closesSockets()) this.releaseSockets();
    this.parts.onEvent({ kind: 'ended', worker: this.name, reason, restartMs });
    this.wait = this.parts.clock.setTimer(() => {
      this.restarts++;
      void this.spawn();
    }, restartMs);
  }

  private releaseSockets(): void {
    if (!this.line.closesSockets()) this.parts.release(this.sockets);
    this.sockets = [];
  }
}

/** Connections that the thread left open have ended with it. */
function countLost({ tally }: WorkerLine): void {
  for (const slot of gaugeSlots) {
    tally[Tally.WORKER_ENDED]! += tally[slot]!;
    tally[slot] = 0;
  }
}

/** `cannot listen on udp 127.0.0.1:53: address already in use` */
export function listenError(
  name: string,
  fault: Pick<WorkerReport & { kind: 'failed' }, 'address' | 'reason'>,
): OperatorError {
  const transport = name.split(' ')[0];
  return new OperatorError(
    'LISTEN',
    `cannot listen on ${transport} ${formatListenAddress(fault.address)}: ${fault.reason}`,
  );
}
