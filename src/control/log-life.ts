import { Worker } from 'node:worker_threads';
import type { LogOrder, LogReport, LogStart } from '../query-log/messages.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { Backoff } from '../server/backoff.ts';
import { workerFile } from '../server/worker-file.ts';

export interface LogLifeParts {
  readonly clock: Clock;
  /** What the thread is started with, as of now. */
  readonly start: () => LogStart;
  readonly onReport: (report: LogReport) => void;
  /** The thread ended by itself and starts again after `restartMs`. */
  readonly onEnd: (reason: string, restartMs: number) => void;
}

/** One log thread through all its lives. Its place in the rings is in the rings: the next life goes on there. */
export class LogLife {
  private readonly parts: LogLifeParts;
  private readonly backoff = new Backoff();
  private worker: Worker | undefined;
  private wait: Timer | undefined;
  private stopping = false;

  constructor(parts: LogLifeParts) {
    this.parts = parts;
    this.spawn();
  }

  post(order: LogOrder): void {
    this.worker?.postMessage(order);
  }

  /** Resolves when the thread has written what the rings held, or was ended at the deadline. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wait?.cancel();
    const { worker } = this;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      this.post({ kind: 'stop' });
      // A thread that blocks in the kernel cannot even be ended: it is left behind.
      this.wait = this.parts.clock.setTimer(() => {
        void worker.terminate();
        resolve();
      }, DEADLINE_MS);
    });
    this.wait?.cancel();
  }

  private spawn(): void {
    const { clock, start, onReport, onEnd } = this.parts;
    const bornMs = clock.monotonicMs();
    const file = workerFile('../query-log/log-worker', import.meta.url);
    const worker = new Worker(file, { workerData: start(), name: 'query-log', execArgv: [] });
    this.worker = worker;
    let reason = 'the thread ended';
    worker.on('message', onReport);
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.once('exit', () => {
      this.worker = undefined;
      if (this.stopping) return;
      const restartMs = this.backoff.next(clock.monotonicMs() - bornMs);
      onEnd(reason, restartMs);
      this.wait = clock.setTimer(() => this.spawn(), restartMs);
    });
  }
}

const DEADLINE_MS = limits.queryLogStopMs + limits.queryLogGoodbyeMs + 200;
