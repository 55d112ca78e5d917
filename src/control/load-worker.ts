import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type LoadRequest, load } from './load.ts';

// Answers and probes come first where cores are scarce. On Linux threads have priorities of their own (sched(7)); elsewhere
// this would slow down the whole process.
if (process.platform === 'linux') setPriority(0, 10);

// The whole of the loader thread: one load, one message. What escapes here reaches the parent as its error event.
parentPort!.postMessage(load(workerData as LoadRequest));
