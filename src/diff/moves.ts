import { type ClientGroup, divideClients } from './clients.ts';
import type { Countries } from './countries.ts';
import { NO_REGION, Outcomes } from './outcomes.ts';
import type { Shared } from './shared.ts';
import type { Tree } from './tree.ts';

/** Clients that are given one region before and one, perhaps the same, now. */
export interface Move {
  /** Name of a region; undefined: no answer. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Networks: /24 of IPv4, /48 of IPv6. Parts of one where chance decides. */
  ipv4: number;
  ipv6: number;
  /** Number of the country → its IPv4 networks. */
  readonly countries: Map<number, number>;
}

/** All networks that a database places. */
export interface Placed {
  ipv4: number;
  ipv6: number;
  /** Number of the country → its IPv4 networks. */
  readonly countries: Map<number, number>;
}

/** Two trees that decide for the same clients. */
export interface TreePair {
  readonly before: Tree;
  readonly now: Tree;
}

/** Asks each pair for every network; those that ask the same views share one round. Takes seconds. */
export function findMoves<T extends TreePair>(
  pairs: readonly T[],
  shared: Shared,
  countries: Countries,
): { readonly moves: ReadonlyMap<T, readonly Move[]>; readonly placed: Placed } {
  const rounds = new Map<string, { readonly views: readonly number[]; readonly pairs: T[] }>();
  for (const pair of pairs) {
    const views = [...new Set([...pair.before.views, ...pair.now.views])].sort((a, b) => a - b);
    const round = rounds.get(views.join()) ?? { views, pairs: [] };
    rounds.set(views.join(), round);
    round.pairs.push(pair);
  }
  const moves = new Map<T, readonly Move[]>();
  let placed: Placed = { ipv4: 0, ipv6: 0, countries: new Map() };
  for (const round of rounds.values()) {
    placed = { ipv4: 0, ipv6: 0, countries: new Map() };
    const tallies = round.pairs.map(
      ({ before, now }) => [new Outcomes(before, now, shared), new Tally(shared)] as const,
    );
    const maps = round.views.map((view) => shared.views[view]!.map);
    divideClients(countries, maps, (groups) => {
      for (const group of groups) count(placed, group);
      for (const [outcomes, tally] of tallies) ask(groups, round.views, shared, outcomes, tally);
    });
    for (const [i, pair] of round.pairs.entries()) moves.set(pair, [...tallies[i]![1].moves.values()]);
  }
  return { moves, placed };
}

function count(placed: Placed, { family, units, countries }: ClientGroup): void {
  if (family === 6) placed.ipv6 += units;
  else {
    placed.ipv4 += units;
    for (const [country, own] of countries) add(placed.countries, country, own);
  }
}

function ask(
  groups: readonly ClientGroup[],
  views: readonly number[],
  shared: Shared,
  outcomes: Outcomes,
  tally: Tally,
): void {
  const total = { 4: 0, 6: 0 };
  for (const { family, units } of groups) total[family] += units;
  for (const group of groups) {
    for (const [i, view] of views.entries()) shared.views[view]!.fixed.number = group.numbers[i]!;
    for (const { from, to, share } of outcomes.of(group, group.units / total[group.family]))
      tally.add(group, from, to, share);
  }
}

/** Sums by pairs of regions. */
class Tally {
  readonly moves = new Map<number, Move>();
  private readonly shared: Shared;

  constructor(shared: Shared) {
    this.shared = shared;
  }

  add({ family, units, countries }: ClientGroup, from: number, to: number, share: number): void {
    const move = this.move(from, to);
    if (family === 6) move.ipv6 += share * units;
    else {
      move.ipv4 += share * units;
      for (const [country, own] of countries) add(move.countries, country, share * own);
    }
  }

  private move(from: number, to: number): Move {
    const key = (from - NO_REGION) * 65_536 + to - NO_REGION;
    let move = this.moves.get(key);
    if (move === undefined) {
      const { regions } = this.shared;
      move = { from: regions[from], to: regions[to], ipv4: 0, ipv6: 0, countries: new Map() };
      this.moves.set(key, move);
    }
    return move;
  }
}

function add(sums: Map<number, number>, key: number, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
