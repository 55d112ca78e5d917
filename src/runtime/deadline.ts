import { type Clock, systemClock } from './clock.ts';

/**
 * Does `work` under a signal that is aborted after so long, or together with `outer`. Not `AbortSignal.any`: on Node 20 a
 * signal made of others, and a timeout that only it refers to, may be gone with the garbage before they are due.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  clock: Pick<Clock, 'setTimer'> = systemClock,
): Promise<T> {
  const own = new AbortController();
  const follow = (): void => own.abort(outer.reason);
  if (outer.aborted) follow();
  outer.addEventListener('abort', follow, { once: true });
  const timer = clock.setTimer(() => own.abort(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await work(own.signal);
  } finally {
    timer.cancel();
    outer.removeEventListener('abort', follow);
  }
}
