/**
 * The health of one endpoint as a pure function of its probe results. docs/health-checks.md says
 * the same in words, docs/decisions/0006-silence-weighs-less.md why.
 */

/** `degraded`: well, but so slow that others are preferred. */
export type HealthState = CheckState | 'degraded';

/** What results alone say, whatever they took. */
export type CheckState = 'unknown' | 'up' | 'down';

/** What one probe says: `silence` is a failure without any answer, which a lost packet can cause as well. */
export type Outcome = 'success' | 'refusal' | 'silence';

export interface Rules {
  /** Refusals that take an endpoint out. */
  readonly fall: number;
  /** Successes in a row that bring it back, and that clear failures while it is in. */
  readonly rise: number;
}

/** All that is remembered of past results. Frozen by convention: `judge` returns a new one. */
export interface Standing {
  readonly state: CheckState;
  /** Weight of the failures since the last calm, in units of one silence; see `fallWeight`. */
  readonly doubt: number;
  /** Times that successes and failures took turns of late: the measure of unsteadiness. */
  readonly relapses: number;
  /** Times it came back since it was last up for a long calm: the second time wants more than the first. */
  readonly returns: number;
  readonly successesInRow: number;
  readonly failuresInRow: number;
  /** The newest failure was silence. */
  readonly silent: boolean;
  /** When the first failed probe since the last calm began, monotonic ms. */
  readonly firstFailureAt: number | undefined;
}

/** Silences that weigh as much as one refusal: ten more of them are wanted after the first when fall is 3. */
export const refusalWeight = 5;

/**
 * An unsteady endpoint comes back after at most so many successes in a row (or `rise`, if that is more). So many are
 * also the calm after which nothing of before is held against it.
 */
const mostSuccesses = 32;

/** Successes in a row (or `rise`, if that is more) after which one that stayed in counts as steady again. */
const steadySuccesses = 8;

export function initialStanding(state: CheckState): Standing {
  return {
    state,
    doubt: 0,
    relapses: 0,
    returns: 0,
    successesInRow: 0,
    failuresInRow: 0,
    silent: false,
    firstFailureAt: undefined,
  };
}

/** The doubt at which an endpoint leaves: `fall` refusals, or one silence and 5 × (fall − 1) more. */
export function fallWeight(rules: Rules): number {
  return 1 + refusalWeight * (rules.fall - 1);
}

/** Successes in a row that bring back an endpoint that is down: doubled by each relapse, and twice by each return. */
export function successesWanted({ relapses, returns }: Standing, rules: Rules): number {
  const doubled = rules.rise * 2 ** Math.min(relapses + 2 * returns, 16);
  return Math.max(rules.rise, Math.min(doubled, mostSuccesses));
}

/** In, but with failures that are not cleared yet: the next probes decide and are made at once. */
export function isInDoubt(standing: Standing): boolean {
  return standing.state !== 'down' && standing.doubt > 0;
}

/**
 * The standing after one more result. `beganAt` is when the probe began, monotonic ms.
 * `silenceWeight` is 1 unless probes are short (see `confirmation`).
 */
export function judge(
  standing: Standing,
  rules: Rules,
  outcome: Outcome,
  beganAt: number,
  silenceWeight = 1,
): Standing {
  if (outcome === 'success') return afterSuccess(standing, rules);
  const weight = outcome === 'silence' ? silenceWeight : refusalWeight;
  return afterFailure(standing, rules, outcome, beganAt, weight);
}

function afterSuccess(standing: Standing, rules: Rules): Standing {
  const successesInRow = standing.successesInRow + 1;
  const well = { ...initialStanding('up'), successesInRow };
  if (successesInRow >= Math.max(rules.rise, mostSuccesses)) return well;
  if (standing.state === 'down')
    return successesInRow >= successesWanted(standing, rules)
      ? { ...well, returns: standing.returns + 1 }
      : { ...standing, successesInRow, failuresInRow: 0 };
  if (successesInRow < rules.rise) return { ...standing, state: 'up', successesInRow, failuresInRow: 0 };
  const relapses = successesInRow >= Math.max(rules.rise, steadySuccesses) ? 0 : unsteadiness(standing);
  return { ...well, returns: standing.returns, relapses };
}

/** Failures that were cleared are held against it for a while: should it leave soon, it comes back with more care. */
function unsteadiness({ relapses, doubt }: Standing): number {
  return doubt > 0 ? relapses + 1 : relapses;
}

function afterFailure(
  standing: Standing,
  rules: Rules,
  outcome: Outcome,
  beganAt: number,
  weight: number,
): Standing {
  const most = fallWeight(rules);
  const doubt = Math.min(standing.doubt + weight, most);
  const wasCalm = standing.state !== 'down' && standing.doubt === 0;
  const relapsed = !wasCalm && standing.successesInRow > 0;
  return {
    state: standing.state === 'down' || doubt >= most ? 'down' : standing.state,
    doubt,
    relapses: standing.relapses + (relapsed ? 1 : 0),
    returns: standing.returns,
    successesInRow: 0,
    failuresInRow: standing.failuresInRow + 1,
    silent: outcome === 'silence',
    firstFailureAt: standing.firstFailureAt ?? beganAt,
  };
}
