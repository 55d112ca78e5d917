import { parentPort, workerData } from 'node:worker_threads';
import { type LoadRequest, load } from './load.ts';

// The whole of the loader thread: one load, one message. What escapes here reaches the parent as its error event.
parentPort!.postMessage(load(workerData as LoadRequest));
