/** Bounds of what automation may do to a pool. */
export interface Floor {
  /** Regions that stay. */
  readonly regions: number;
  /** Share of the pool's weight that stays, 0 … 1. */
  readonly capacity: number;
}

type Verdict = 'unknown' | 'up' | 'degraded' | 'down';

/** An endpoint of a pool as its floor sees it. What people took out is not among them. */
export interface FloorMember {
  readonly region: number;
  /** 0 for a drained one. */
  readonly weight: number;
  /** What health says. */
  readonly wanted: Verdict;
  /** What was in force until now; undefined when nothing was. */
  readonly before: Verdict | undefined;
}

/**
 * The verdicts in force. Where health's own would leave less than the floor, endpoints that it calls down keep what was
 * in force before; all others follow health. An endpoint that is not down counts as one that stays: nothing took it
 * out. More regions than the members have are not asked for.
 */
export function applyFloor(
  members: readonly FloorMember[],
  floor: Floor,
): { readonly verdicts: readonly Verdict[]; readonly frozen: boolean } {
  const frozen = !meetsFloor(members, floor);
  const verdicts = members.map(({ wanted, before }) =>
    frozen && wanted === 'down' ? (before ?? wanted) : wanted,
  );
  return { verdicts, frozen };
}

function meetsFloor(members: readonly FloorMember[], floor: Floor): boolean {
  const staying = members.filter(({ wanted }) => wanted !== 'down');
  const regions = Math.min(floor.regions, regionsOf(members));
  // The margin is for sums of weights that a share in decimals cannot meet to the last bit.
  return regionsOf(staying) >= regions && weightOf(staying) >= floor.capacity * weightOf(members) - 1e-9;
}

function regionsOf(members: readonly FloorMember[]): number {
  return new Set(members.map(({ region }) => region)).size;
}

function weightOf(members: readonly FloorMember[]): number {
  return members.reduce((sum, { weight }) => sum + weight, 0);
}
