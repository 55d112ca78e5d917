import { type Countries, peopleOf } from './countries.ts';
import type { Crowd, Move, Moves } from './moves.ts';
import type { PolicyPair } from './pairs.ts';
import { swapWords } from './swap-words.ts';

/** One policy of the comparison. */
export interface PolicyReport extends MovesReport {
  /** Names of the policy; they differ where names were handed to another one. */
  readonly before: string;
  readonly now: string;
  readonly names: PolicyPair['names'];
  /**
   * `exact` to /24 and /48; `sampled`: chance or a hash decides, and some hundred thousand cases were tried; `labels`: the
   * label that is asked for decides, and labels were tried in turn, each counting the same.
   */
  readonly found: 'exact' | 'sampled' | 'labels';
}

/** In shares of all clients (0 … 1). */
export interface MovesReport {
  /** From one region to another. */
  readonly moved: Shares;
  /** From one endpoint to another of the same region. */
  readonly swapped: Shares;
  /** Biggest first, by users. */
  readonly moves: readonly MoveReport[];
  /** Biggest first, by users. */
  readonly swaps: readonly SwapReport[];
  /** What each region gets of users, before and now; none when nothing differs. */
  readonly regions: readonly { readonly region: string; readonly before: number; readonly now: number }[];
  /** Those that have users, biggest first; none when nothing differs. */
  readonly countries: readonly CountryReport[];
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

export interface SwapReport extends Shares {
  readonly region: string;
  /** `blue → green` */
  readonly text: string;
}

export interface CountryReport {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Its share of all users. */
  readonly users: number;
  /** Of its own users. */
  readonly moved: number;
  /** The place in `moves` of the move that most of them make; undefined when nobody moves. */
  readonly move: number | undefined;
}

/** In place of a region. */
export const NO_ANSWER = '(no answer)';

/** Countries named for one move. */
const NAMED = 5;

export function reportMoves({ moves: all, swaps }: Moves, placed: Crowd, countries: Countries): MovesReport {
  const world = new World(placed, countries);
  const moves = all
    .filter(({ from, to }) => from !== to)
    .map((move) => ({ move, shares: world.sharesOf([move]) }))
    .sort((a, b) => compareShares(a.shares, b.shares))
    .map(({ move }) => move);
  return {
    moved: world.sharesOf(moves),
    swapped: world.sharesOf(swaps),
    moves: moves.map((move) => ({
      ...{ from: move.from, to: move.to, ...world.sharesOf([move]) },
      countries: world.countriesOf(move),
    })),
    swaps: swaps
      .map((swap) => ({ region: swap.region, text: swapWords(swap), ...world.sharesOf([swap]) }))
      .sort(compareShares),
    regions: regionShares(all, world),
    countries: world.countryReports(moves),
  };
}

/** Of a policy that decides as before. */
export function quietReport({ before, now, names }: PolicyPair): PolicyReport {
  const moved = { users: 0, ipv4: 0, ipv6: 0 };
  const none = { moves: [], swaps: [], regions: [], countries: [] };
  return { before, now, names, found: 'exact', moved, swapped: moved, ...none };
}

/** How much of the world a network stands for. */
class World {
  private readonly placed: Crowd;
  private readonly codes: Countries['codes'];
  /** Number of the country → share of all users that one of its networks stands for. */
  private readonly perUnit: ReadonlyMap<number, number>;

  constructor(placed: Crowd, countries: Countries) {
    this.placed = placed;
    this.codes = countries.codes;
    const people = (country: number): number => peopleOf(countries, country);
    const total = sum([...placed.countries.keys()].map(people));
    this.perUnit = new Map(
      [...placed.countries].map(([country, units]) => [country, people(country) / units / (total || 1)]),
    );
  }

  sharesOf(moves: readonly Crowd[]): Shares {
    return {
      users: sum(moves.map((move) => this.usersOf(move))),
      ipv4: sum(moves.map(({ ipv4 }) => ipv4)) / (this.placed.ipv4 || 1),
      ipv6: sum(moves.map(({ ipv6 }) => ipv6)) / (this.placed.ipv6 || 1),
    };
  }

  usersOf(move: Crowd): number {
    return sum([...move.countries.keys()].map((country) => this.usersIn(move, country)));
  }

  countriesOf(move: Move): MoveReport['countries'] {
    return [...move.countries.keys()]
      .map((country) => ({ country: this.codes[country] ?? '', users: this.usersIn(move, country) }))
      .filter(({ users }) => users > 0)
      .sort((a, b) => b.users - a.users)
      .slice(0, NAMED);
  }

  countryReports(moves: readonly Move[]): CountryReport[] {
    return [...this.placed.countries]
      .map(([country, units]) => {
        const own = moves.map(({ countries }) => countries.get(country) ?? 0);
        const moved = sum(own);
        return {
          country: this.codes[country] ?? '',
          users: units * this.perUnit.get(country)!,
          moved: moved / units,
          move: moved === 0 ? undefined : own.indexOf(Math.max(...own)),
        };
      })
      .filter(({ users }) => users > 0)
      .sort((a, b) => b.users - a.users);
  }

  private usersIn({ countries }: Crowd, country: number): number {
    return (countries.get(country) ?? 0) * (this.perUnit.get(country) ?? 0);
  }
}

function regionShares(moves: readonly Move[], world: World): PolicyReport['regions'] {
  const names = new Set(moves.flatMap(({ from, to }) => [from ?? NO_ANSWER, to ?? NO_ANSWER]));
  const usersWhere = (fits: (move: Move) => boolean): number =>
    sum(moves.filter(fits).map((move) => world.usersOf(move)));
  return [...names].sort().map((region) => ({
    region,
    before: usersWhere(({ from }) => (from ?? NO_ANSWER) === region),
    now: usersWhere(({ to }) => (to ?? NO_ANSWER) === region),
  }));
}

/** Biggest first. */
export function compareShares(a: Shares, b: Shares): number {
  return b.users - a.users || b.ipv4 - a.ipv4 || b.ipv6 - a.ipv6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
