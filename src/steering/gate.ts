/**
 * Which tier of a failover is in service when those that take over have to be caught up first. Pure: the tier that served
 * last is remembered by its name, and stays without a look at its lag, since nobody is ahead of it.
 */

export interface GateTier {
  readonly name: string;
  /** Health has endpoints in it that may serve. */
  readonly usable: boolean;
  /** All of those are known to lag by no more than they may; a tier without replication is. */
  readonly caughtUp: boolean;
  /** By people. */
  readonly promoted: boolean;
  /** What comes when it is usable and behind, and nobody else can serve. */
  readonly waitMs: number;
  readonly afterWait: 'serve' | 'nodata';
}

export interface GateState {
  /** The tier in service, or that was last. */
  readonly active: string | undefined;
  /** Since when only tiers that are behind could serve; monotonic ms. */
  readonly behindSinceMs: number | undefined;
}

export type GateVerdict =
  | { readonly kind: 'tier'; readonly tier: number }
  /** Nobody may take over yet; `untilMs` undefined: nobody is usable at all. */
  | { readonly kind: 'wait'; readonly untilMs: number | undefined }
  /** Nobody may for as long as all are behind. */
  | { readonly kind: 'closed' };

export const freshGate: GateState = { active: undefined, behindSinceMs: undefined };

export function passGate(
  state: GateState,
  tiers: readonly GateTier[],
  nowMs: number,
): { readonly state: GateState; readonly verdict: GateVerdict } {
  const usable = [...tiers.keys()].filter((tier) => tiers[tier]!.usable);
  const fit = (tier: number): boolean => tiers[tier]!.caughtUp || tiers[tier]!.name === state.active;
  const chosen = usable.find((tier) => tiers[tier]!.promoted) ?? usable.find(fit);
  if (chosen !== undefined) return inService(tiers, chosen);
  const [first] = usable;
  if (first === undefined)
    return {
      state: { ...state, behindSinceMs: undefined },
      verdict: { kind: 'wait', untilMs: undefined },
    };
  const behindSinceMs = state.behindSinceMs ?? nowMs;
  const { waitMs, afterWait } = tiers[first]!;
  const untilMs = behindSinceMs + waitMs;
  if (nowMs >= untilMs && afterWait === 'serve') return inService(tiers, first);
  const waiting = { ...state, behindSinceMs };
  return {
    state: waiting,
    verdict: nowMs >= untilMs ? { kind: 'closed' } : { kind: 'wait', untilMs },
  };
}

function inService(tiers: readonly GateTier[], tier: number): ReturnType<typeof passGate> {
  return {
    state: { active: tiers[tier]!.name, behindSinceMs: undefined },
    verdict: { kind: 'tier', tier },
  };
}
