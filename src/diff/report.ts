import type { Move, PolicyMoves } from './moves.ts';

/** One policy of the comparison, in shares of its clients (0 … 1). */
export interface PolicyReport {
  readonly policy: string;
  /** Moved of all. */
  readonly moved: Shares;
  /** Biggest first, by users. */
  readonly moves: readonly MoveReport[];
  /** What each region gets, before and now, of users. */
  readonly regions: readonly { readonly region: string; readonly before: number; readonly now: number }[];
}

export interface Shares {
  /** Of people, spread evenly over the IPv4 networks of their country. */
  readonly users: number;
  readonly ipv4: number;
  readonly ipv6: number;
}

export interface MoveReport extends Shares {
  /** Undefined: no answer. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The countries with most users of the move, and their share of all users. */
  readonly countries: readonly { readonly country: string; readonly users: number }[];
}

/** Countries by their number in the view, and how many people one /24 of each stands for. */
export interface Weights {
  readonly codes: readonly string[];
  readonly people: (country: number) => number;
}

/** Countries named for one move. */
const NAMED = 5;

export function reportPolicy({ policy, moves, placed }: PolicyMoves, units: Float64Array, weights: Weights): PolicyReport {
  const perUnit = units.map((count, country) => (count === 0 ? 0 : weights.people(country) / count));
  const total = perUnit.reduce((sum, each, country) => sum + each * units[country]!, 0);
  const usersOf = ({ countries }: Move): number =>
    countries.reduce((sum, count, country) => sum + count * perUnit[country]!, 0) / (total || 1);
  const sharesOf = (list: readonly Move[]): Shares => ({
    users: sum(list.map(usersOf)),
    ipv4: sum(list.map(({ ipv4 }) => ipv4)) / (placed.ipv4 || 1),
    ipv6: sum(list.map(({ ipv6 }) => ipv6)) / (placed.ipv6 || 1),
  });
  const different = moves.filter(({ from, to }) => from !== to);
  return {
    policy,
    moved: sharesOf(different),
    moves: different
      .map((move) => ({
        from: move.from,
        to: move.to,
        ...sharesOf([move]),
        countries: topCountries(move, perUnit, total, weights),
      }))
      .sort((a, b) => b.users - a.users || b.ipv4 - a.ipv4 || b.ipv6 - a.ipv6),
    regions: regionShares(moves, usersOf),
  };
}

function topCountries(move: Move, perUnit: Float64Array, total: number, { codes }: Weights): MoveReport['countries'] {
  return [...move.countries]
    .map((count, country) => ({
      country: codes[country] ?? '',
      users: (count * perUnit[country]!) / (total || 1),
    }))
    .filter(({ users }) => users > 0)
    .sort((a, b) => b.users - a.users)
    .slice(0, NAMED);
}

function regionShares(moves: readonly Move[], usersOf: (move: Move) => number): PolicyReport['regions'] {
  const names = new Set(moves.flatMap(({ from, to }) => [from ?? NOBODY, to ?? NOBODY]));
  return [...names].sort().map((region) => ({
    region,
    before: sum(moves.filter(({ from }) => (from ?? NOBODY) === region).map(usersOf)),
    now: sum(moves.filter(({ to }) => (to ?? NOBODY) === region).map(usersOf)),
  }));
}

/** In place of a region: no answer. */
export const NOBODY = '(no answer)';

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
