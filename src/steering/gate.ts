/**
 * Which tier of a failover is in service when those that take over have to be caught up first. Pure: the tier that served
 * last is remembered by its name, and stays without a look at its lag, since nobody is ahead of it.
 */

export interface GateTier {
  readonly name: string;
  /** How well its best endpoints stand, 0 for those that are up; undefined: none of them can serve. */
  readonly rung: number | undefined;
  /** All of those are known to lag by no more than they may; a tier without replication is. */
  readonly caughtUp: boolean;
  /** By people. */
  readonly promoted: boolean;
  /** What comes when it could serve and is behind, and nobody else can. */
  readonly waitMs: number;
  readonly afterWait: 'serve' | 'nodata';
}

export interface GateState {
  /** The tier in service, or that was last. */
  readonly active: string | undefined;
  /** One that is behind and was let in after the wait; it may not be the one in service yet. */
  readonly admitted: string | undefined;
  /** Since when only tiers that are behind could serve; monotonic ms. */
  readonly behindSinceMs: number | undefined;
}

export type GateVerdict =
  | { readonly kind: 'tier'; readonly tier: number }
  /** Nobody may take over yet; `untilMs` undefined: nobody is usable at all. */
  | { readonly kind: 'wait'; readonly untilMs: number | undefined }
  /** Nobody may for as long as all are behind. */
  | { readonly kind: 'closed' };

export const freshGate: GateState = { active: undefined, admitted: undefined, behindSinceMs: undefined };

/** `failback` false: the one in service stays while no other stands better. */
export function passGate(
  state: GateState,
  tiers: readonly GateTier[],
  nowMs: number,
  failback = true,
): { readonly state: GateState; readonly verdict: GateVerdict } {
  const usable = [...tiers.keys()].filter((tier) => tiers[tier]!.rung !== undefined);
  const chosen = usable.find((tier) => tiers[tier]!.promoted) ?? fittest(state, tiers, usable, failback);
  if (chosen !== undefined) {
    const { name, caughtUp } = tiers[chosen]!;
    return inService(tiers, chosen, caughtUp || name !== state.admitted ? undefined : name);
  }
  const first = bestOf(tiers, usable);
  if (first === undefined)
    return {
      state: { ...state, admitted: undefined, behindSinceMs: undefined },
      verdict: { kind: 'wait', untilMs: undefined },
    };
  const behindSinceMs = state.behindSinceMs ?? nowMs;
  const { name, waitMs, afterWait } = tiers[first]!;
  const untilMs = behindSinceMs + waitMs;
  if (nowMs >= untilMs && afterWait === 'serve') return inService(tiers, first, name);
  const waiting = { ...state, admitted: undefined, behindSinceMs };
  return {
    state: waiting,
    verdict: nowMs >= untilMs ? { kind: 'closed' } : { kind: 'wait', untilMs },
  };
}

/** Of those that may take over the ones that stand best: one that is behind makes nobody wait who stands worse. */
function fittest(
  { active, admitted }: GateState,
  tiers: readonly GateTier[],
  usable: readonly number[],
  failback: boolean,
): number | undefined {
  const fit = usable.filter((tier) => {
    const { name, caughtUp } = tiers[tier]!;
    return caughtUp || name === active || name === admitted;
  });
  const best = bestOf(tiers, fit);
  const stays = failback ? undefined : fit.find((tier) => tiers[tier]!.name === active);
  return stays !== undefined && tiers[stays]!.rung === tiers[best!]!.rung ? stays : best;
}

/** The first in the order of those that stand best. */
function bestOf(tiers: readonly GateTier[], among: readonly number[]): number | undefined {
  const rung = Math.min(...among.map((tier) => tiers[tier]!.rung!));
  return among.find((tier) => tiers[tier]!.rung === rung);
}

function inService(
  tiers: readonly GateTier[],
  tier: number,
  admitted: string | undefined,
): ReturnType<typeof passGate> {
  return {
    state: { active: tiers[tier]!.name, admitted, behindSinceMs: undefined },
    verdict: { kind: 'tier', tier },
  };
}
