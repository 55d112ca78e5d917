import { limits } from '../runtime/limits.ts';
import { type LoadBand, SHARE_STEP, shareOfDemand } from './load-band.ts';
import { SHARE_ALL } from './nodes.ts';

/** A region of a pool, with what its own clients ask for. Regions are named by their places in the list. */
export interface RegionDemand {
  /** Of the clients that the region is first for. */
  readonly demand: number;
  /** Undefined: it takes everything. Same unit as the demand. */
  readonly band: LoadBand | undefined;
  /** Whether it serves at all. */
  readonly up: boolean;
  /** Of SHARE_ALL, what it lets in at most: a slow start, a share that was measured. */
  readonly most: number;
  /** The other regions, in the order in which its own clients go on to them. */
  readonly order: readonly number[];
}

export interface RegionShare {
  /** Of SHARE_ALL client prefixes, how many the region lets in; by a band a multiple of SHARE_STEP. */
  readonly share: number;
  /** What it will serve, with what falls to it because nobody lets it in. */
  readonly load: number;
  /** The load is above what the region can take. */
  readonly overloaded: boolean;
}

/**
 * How much each region lets in, so that none takes more than it can while others have room. What one does not let in
 * is offered to the next in the order of those clients; what nobody lets in falls to the first region that is up.
 *
 * Shares are first those of the regions' own bands. Since each lets in a little less than it could, that can leave
 * clients over while there is room somewhere: then spilling begins later, step by step, up to regions that fill to the
 * brim before they spill.
 */
export function capacityShares(regions: readonly RegionDemand[]): RegionShare[] {
  let best: Outcome | undefined;
  for (let delay = 0; delay <= DELAYS; delay++) {
    const outcome = outcomeOf(regions, settle(regions, delay / DELAYS));
    if (best === undefined || isBetter(outcome, best)) best = outcome;
    if (outcome.overloaded === 0) break;
  }
  return best!.shares;
}

interface Outcome {
  readonly shares: RegionShare[];
  /** Regions. */
  readonly overloaded: number;
  /** What they get beyond what they can take. */
  readonly excess: number;
}

const DELAYS = 8;

/** A client's way is followed until so little of the demand is left. */
const NEGLIGIBLE = 1e-9;

function outcomeOf(regions: readonly RegionDemand[], shares: RegionShare[]): Outcome {
  let overloaded = 0;
  let excess = 0;
  for (const [i, { band }] of regions.entries()) {
    if (band === undefined || !shares[i]!.overloaded) continue;
    overloaded++;
    excess += shares[i]!.load - highOf(band);
  }
  return { shares, overloaded, excess };
}

function isBetter(one: Outcome, other: Outcome): boolean {
  return (
    one.overloaded < other.overloaded || (one.overloaded === other.overloaded && one.excess < other.excess)
  );
}

function highOf({ high, capacity }: LoadBand): number {
  return high * capacity * (1 + NEGLIGIBLE);
}

/**
 * The shares at which what is offered and what is let in agree. From "all take all", shares only sink: less let in
 * here means more offered there. So the rounds come to an end, at the greatest shares that agree.
 */
function settle(regions: readonly RegionDemand[], delay: number): RegionShare[] {
  let parts = regions.map((region) => partFor(region, 0, delay));
  for (let round = 0; round < limits.shareRounds; round++) {
    const { offered } = flow(regions, parts);
    const next = regions.map((region, i) => partFor(region, offered[i]!, delay));
    const still = next.every((part, i) => parts[i]! - part < NEGLIGIBLE);
    parts = next;
    if (still) break;
  }
  const shares = parts.map((part, i) => quantised(part, regions[i]!));
  const { loads } = flow(
    regions,
    shares.map((share) => share / SHARE_ALL),
  );
  return regions.map(({ band }, i) => ({
    share: shares[i]!,
    load: loads[i]!,
    overloaded: band !== undefined && loads[i]! > highOf(band),
  }));
}

/** 0 … 1 */
function partFor({ band, up, most }: RegionDemand, offered: number, delay: number): number {
  if (!up) return 0;
  const part = band === undefined ? 1 : shareOfDemand(delayed(band, delay), offered);
  return Math.min(part, most / SHARE_ALL);
}

function delayed(band: LoadBand, delay: number): LoadBand {
  return { ...band, low: band.low + delay * (band.high - band.low) };
}

/**
 * Small changes of demand shall move no client. The margin keeps a part that is a step from falling below it. What a slow
 * start or a measured load lets in is given: a reading answers to that very share.
 */
function quantised(part: number, { band, most, up }: RegionDemand): number {
  if (up && band === undefined) return most;
  return Math.floor((part * SHARE_ALL) / SHARE_STEP + 1e-6) * SHARE_STEP;
}

/** What each region is offered, and what it serves, when each lets in `parts` of what it is offered. */
function flow(
  regions: readonly RegionDemand[],
  parts: readonly number[],
): { readonly offered: readonly number[]; readonly loads: readonly number[] } {
  const offered = new Array<number>(regions.length).fill(0);
  const loads = new Array<number>(regions.length).fill(0);
  for (const [own, { demand, order }] of regions.entries()) {
    let left = demand;
    let first: number | undefined;
    for (const at of [own, ...order]) {
      if (!regions[at]!.up) continue;
      first ??= at;
      offered[at]! += left;
      loads[at]! += left * parts[at]!;
      left *= 1 - parts[at]!;
      if (left <= demand * NEGLIGIBLE) break;
    }
    if (first !== undefined) loads[first]! += left;
  }
  return { offered, loads };
}
