import { Worker } from 'node:worker_threads';
import { workerFile } from '../server/worker-file.ts';
import type { LoadOutcome, LoadRequest } from './load.ts';

/** Runs one load in a thread that ends with it. Rejects only on a fault of ours (or lack of memory). */
export function runLoad(request: LoadRequest): Promise<LoadOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile('load-worker', import.meta.url), { workerData: request });
    let outcome: LoadOutcome | undefined;
    worker.once('message', (message: LoadOutcome) => {
      outcome = message;
    });
    worker.once('error', reject);
    // Waiting for the end, not the message: the memory of the load is then free again.
    worker.once('exit', (code) => {
      if (outcome !== undefined) resolve(outcome);
      else reject(new Error(`the loader ended with code ${code} and no result`));
    });
  });
}
