import { SHARE_ALL } from './nodes.ts';

/** Steps of a slow start, a tenth of it long each: 10 % of the clients in the first, all of them in the last. */
export const RAMP_STEPS = 10;

/** Of SHARE_ALL client prefixes, how many a region lets in that came back `sinceReturnMs` ago. */
export function rampShare(sinceReturnMs: number, rampMs: number): number {
  return Math.round((SHARE_ALL * (1 + stepOf(sinceReturnMs, rampMs))) / RAMP_STEPS);
}

/** When its next step begins, in ms since its return; undefined when it has all its clients. */
export function nextRampStep(sinceReturnMs: number, rampMs: number): number | undefined {
  const next = stepOf(sinceReturnMs, rampMs) + 1;
  return next < RAMP_STEPS ? beginOf(next, rampMs) : undefined;
}

/** 0 … 9. A clock that was put back must not keep a region out: a return that is yet to come is long ago. */
function stepOf(sinceReturnMs: number, rampMs: number): number {
  if (sinceReturnMs < 0) return RAMP_STEPS - 1;
  let step = 0;
  while (step < RAMP_STEPS - 1 && sinceReturnMs >= beginOf(step + 1, rampMs)) step++;
  return step;
}

function beginOf(step: number, rampMs: number): number {
  return Math.ceil((step * rampMs) / RAMP_STEPS);
}
