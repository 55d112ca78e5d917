import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What the heap grew by, and how often garbage was collected. */
export async function measure(run: () => void): Promise<{ grown: number; collections: number }> {
  await nextTurn();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  run();
  const grown = process.memoryUsage().heapUsed - before;
  await nextTurn();
  await nextTurn();
  observer.disconnect();
  return { grown, collections };
}
