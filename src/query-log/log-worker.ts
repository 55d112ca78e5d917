import { parentPort, workerData } from 'node:worker_threads';
import { LogThread } from './log-thread.ts';
import type { LogStart } from './messages.ts';

/** Thread entry: writes the query log until it is told to stop. */
await new LogThread(parentPort!, workerData as LogStart).run();
