import { limits } from '../runtime/limits.ts';
import { isInDoubt, type Rules, refusalWeight, type Standing } from './state-machine.ts';

/** The settings of a monitor that say when to probe. */
export interface Timing extends Rules {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What to do after a result: one probe, or several that overlap because a silent endpoint answers none. */
export interface Plan {
  /** When the first of them begins: after the beginning of the newest probe, or at once when that is past. */
  readonly delayMs: number;
  readonly tries: number;
  /** From the beginning of one try to the beginning of the next. */
  readonly spacingMs: number;
  /** Each try ends after so long. */
  readonly deadlineMs: number;
  readonly silenceWeight: number;
}

/**
 * The next probes of an endpoint. Calm or down: one, an interval later. In doubt after a refusal: one, a second
 * later. In doubt after silence: `fall − 1` seconds of tries, so many that lost packets alone do not explain
 * their silence. Waiting for each of them in turn would cost a timeout each; they overlap, and their results
 * count in the order in which they began.
 *
 * `usualMs` is how long the endpoint's answers take; undefined when it never answered. `scarce`: many probes
 * wait for a slot, as in the outage of a region; then `fall − 1` tries carry the weight of all.
 */
export function planNext(
  standing: Standing,
  timing: Timing,
  usualMs: number | undefined,
  scarce: boolean,
): Plan {
  const one = { tries: 1, spacingMs: 0, deadlineMs: timing.timeoutMs, silenceWeight: 1 };
  if (!isInDoubt(standing)) return { ...one, delayMs: timing.intervalMs };
  const quickMs = confirmEveryMs(timing.intervalMs);
  if (!standing.silent) return { ...one, delayMs: quickMs };

  const seconds = Math.max(1, timing.fall - 1);
  const windowMs = seconds * quickMs;
  const patienceMs = usualMs === undefined ? timing.timeoutMs : Math.max(windowMs / 2, 500, 2 * usualMs);
  const deadlineMs = Math.min(timing.timeoutMs, patienceMs);
  const tries = Math.min(scarce ? seconds : seconds * refusalWeight, limits.probeTriesAtOnce);
  return {
    delayMs: 0,
    tries,
    spacingMs: Math.max(windowMs - deadlineMs, windowMs / 2) / tries,
    deadlineMs,
    silenceWeight: scarce ? refusalWeight : 1,
  };
}

/** From one probe to the next while an endpoint is in doubt. */
export function confirmEveryMs(intervalMs: number): number {
  return Math.min(intervalMs, 1_000);
}
