import { Worker } from 'node:worker_threads';
import { workerFile } from '../server/worker-file.ts';
import type { LoadOutcome, LoadRequest } from './load.ts';

/**
 * Runs one load in a thread that ends with it, or at once with `ended`. Rejects then, and else only on a fault of
 * ours (or lack of memory).
 */
export function runLoad(request: LoadRequest, ended?: AbortSignal): Promise<LoadOutcome> {
  return new Promise((resolve, reject) => {
    ended?.throwIfAborted();
    const worker = new Worker(workerFile('load-worker', import.meta.url), { workerData: request });
    const end = (): void => void worker.terminate();
    ended?.addEventListener('abort', end, { once: true });
    let outcome: LoadOutcome | undefined;
    worker.once('message', (message: LoadOutcome) => {
      outcome = message;
    });
    worker.once('error', reject);
    // Waiting for the end, not the message: the memory of the load is then free again.
    worker.once('exit', (code) => {
      ended?.removeEventListener('abort', end);
      if (outcome !== undefined) resolve(withOwnGeo(outcome, request));
      else reject(new Error(`the loader ended with code ${code} and no result`));
    });
  });
}

/** A map that went to the thread and came back is a second object on the same memory: the first one stays in use. */
function withOwnGeo(outcome: LoadOutcome, { previousGeo }: LoadRequest): LoadOutcome {
  const { loaded } = outcome;
  if (!outcome.geoKept || loaded === undefined || previousGeo === undefined) return outcome;
  return { ...outcome, loaded: { ...loaded, geo: previousGeo } };
}
