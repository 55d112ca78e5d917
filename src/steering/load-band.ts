import { SHARE_ALL } from './nodes.ts';

/** What a region can take: from `low` parts of the capacity on clients spill, above `high` it never goes. */
export interface LoadBand {
  readonly capacity: number;
  /** 0 ≤ low ≤ high; high above 0. */
  readonly low: number;
  readonly high: number;
}

/** Shares that are reckoned from loads that are told go in 64ths of all clients. */
export const SHARE_STEP = SHARE_ALL / 64;

/** The most that a share moves at one reading: a tenth of all, in whole steps. */
const LARGEST_MOVE = Math.floor(SHARE_ALL / 10 / SHARE_STEP) * SHARE_STEP;

/** Noise in loads moves nobody: a share that is within this part of where it should be stays. */
const NOISE = 1 / 64;

/** The least that a share moves while the load is outside of the band. */
const LEAST_MOVE = SHARE_ALL / 1_024;

/**
 * The part of `demand` that is let in, 0 … 1: all of it up to low; beyond, so much that what is let in rises ever slower
 * and never reaches high.
 */
export function shareOfDemand({ capacity, low, high }: LoadBand, demand: number): number {
  if (demand <= low * capacity) return 1;
  return Math.min(1, (high * capacity) / ((high - low) * capacity + demand));
}

/**
 * The share after a reading of what the region serves, which sinks when its share does. It goes to where the share is
 * 1 − (load − low) / (high − low), of loads as parts of the capacity. Going straight for what that says of the load
 * now would swing: the load answers to the share, by up to the steepness of the band. So the demand is reckoned from
 * the load and the share that led to it, and the share goes to what holds for that demand: the same place, without the
 * swing. Within the band it stays where it is for less than noise; below low it always rises and above high it always
 * sinks: a load that does not answer to the share brings it to all or to nobody. It moves by at most a tenth of all.
 */
export function nextShare(previous: number, reported: number, band: LoadBand): number {
  const wanted =
    previous > 0 ? shareOfDemand(band, (reported * SHARE_ALL) / previous) : unfilled(band, reported);
  const move = wanted * SHARE_ALL - previous;
  const size = Math.min(LARGEST_MOVE, Math.ceil(Math.max(Math.abs(move), leastMove(previous))));
  if (reported < band.low * band.capacity) return Math.min(SHARE_ALL, previous + size);
  if (reported > band.high * band.capacity) return Math.max(0, previous - size);
  if (Math.abs(move) < wanted * SHARE_ALL * NOISE) return previous;
  return previous + Math.max(-LARGEST_MOVE, Math.min(LARGEST_MOVE, Math.trunc(move)));
}

/** In proportion: for what a small share lets in, a step of all clients could be from below low to above high. */
function leastMove(previous: number): number {
  return Math.max(LEAST_MOVE, previous * NOISE);
}

/** For a region that lets nobody in: its load is none of our clients' and says nothing of their demand. */
function unfilled({ capacity, low, high }: LoadBand, reported: number): number {
  const load = reported / capacity;
  if (load <= low) return 1;
  return load >= high ? 0 : 1 - (load - low) / (high - low);
}
