/** Time as the control plane sees it: injected, so that a test or a simulation owns it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970; may jump. For people and for files. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. For durations and deadlines. */
  monotonicMs(): number;
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Whole seconds since 1970. */
export function wallSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
