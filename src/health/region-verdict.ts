import type { HealthState } from './state-machine.ts';

/** An endpoint of one region of a pool. */
export interface RegionMember {
  /** 0 for one that people have drained: it is no part of what the region can take. */
  readonly weight: number;
  readonly state: HealthState;
}

/**
 * What the endpoints of one region of a pool count as. With less than `minUp` of their weight in use the rest would be
 * given all of the region's clients: the region counts as down as a whole. Unknown ones are in use: nothing speaks
 * against them.
 */
export function regionVerdicts(members: readonly RegionMember[], minUp: number | undefined): HealthState[] {
  const states = members.map(({ state }) => state);
  if (minUp === undefined) return states;
  const whole = weightOf(members);
  const used = weightOf(members.filter(({ state }) => state !== 'down'));
  // The margin is for shares in decimals that a sum of weights cannot meet to the last bit.
  return whole > 0 && used < minUp * whole - 1e-9 ? states.map(() => 'down') : states;
}

/** What an endpoint is, where its region is checked as a whole and found to be `region`. */
export function withinRegion(own: HealthState, region: HealthState | undefined): HealthState {
  if (region === 'down') return 'down';
  return region === 'degraded' && own === 'up' ? 'degraded' : own;
}

function weightOf(members: readonly RegionMember[]): number {
  return members.reduce((sum, { weight }) => sum + weight, 0);
}
