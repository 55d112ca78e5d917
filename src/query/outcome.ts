/** The answer is complete. */
export const DONE = 0;
/** A record did not fit. */
export const FULL = -1;
