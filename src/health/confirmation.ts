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
  /**
   * A try that is silent for so long is not waited for: `planConfirmation` begins beside it. Undefined where its
   * deadline comes first, or where its silence changes nothing.
   */
  readonly suspectMs: number | undefined;
}

/**
 * The next probes of an endpoint. Calm or down: one, an interval later. In doubt after a refusal: one, a second
 * later. In doubt after silence: those of `planConfirmation`.
 *
 * `usualMs` is how long the endpoint's answers take; undefined when it never answered.
 */
export function planNext(
  standing: Standing,
  timing: Timing,
  usualMs: number | undefined,
  scarce: boolean,
): Plan {
  const inDoubt = isInDoubt(standing);
  if (inDoubt && standing.silent) return planConfirmation(timing, usualMs, scarce);
  return {
    delayMs: inDoubt ? confirmEveryMs(timing.intervalMs) : timing.intervalMs,
    tries: 1,
    spacingMs: 0,
    deadlineMs: timing.timeoutMs,
    silenceWeight: 1,
    suspectMs: standing.state === 'down' ? undefined : suspectMsOf(timing, usualMs),
  };
}

/**
 * After silence: `fall − 1` seconds of tries, so many that lost packets alone do not explain their silence. Waiting
 * for each of them in turn would cost a timeout each; they overlap, and their results count in the order in which
 * they began.
 *
 * `scarce`: many probes wait for a slot, as in the outage of a region; then `fall − 1` tries carry the weight of all.
 */
export function planConfirmation(timing: Timing, usualMs: number | undefined, scarce: boolean): Plan {
  const seconds = Math.max(1, timing.fall - 1);
  const windowMs = seconds * confirmEveryMs(timing.intervalMs);
  const patienceMs = usualMs === undefined ? timing.timeoutMs : Math.max(windowMs / 2, 500, 2 * usualMs);
  const deadlineMs = Math.min(timing.timeoutMs, patienceMs);
  const tries = Math.min(scarce ? seconds : seconds * refusalWeight, limits.probeTriesAtOnce);
  return {
    delayMs: 0,
    tries,
    spacingMs: Math.max(windowMs - deadlineMs, windowMs / 2) / tries,
    deadlineMs,
    silenceWeight: scarce ? refusalWeight : 1,
    suspectMs: undefined,
  };
}

/** Silence for a second, or for twice the usual time, is taken for what it most likely is. */
function suspectMsOf({ fall, timeoutMs }: Timing, usualMs: number | undefined): number | undefined {
  if (fall === 1 || usualMs === undefined) return undefined;
  const suspectMs = Math.max(1_000, 2 * usualMs);
  return suspectMs < timeoutMs ? suspectMs : undefined;
}

/** From one probe to the next while an endpoint is in doubt. */
export function confirmEveryMs(intervalMs: number): number {
  return Math.min(intervalMs, 1_000);
}
