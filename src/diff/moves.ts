import { type ClientGroup, divideClients } from './clients.ts';
import type { Countries } from './countries.ts';
import { Outcomes, pairKey } from './outcomes.ts';
import type { Shared, Spot } from './shared.ts';
import type { Tree } from './tree.ts';

/** How many clients. */
export interface Crowd {
  /** Networks: /24 of IPv4, /48 of IPv6. Parts of one where chance decides. */
  ipv4: number;
  ipv6: number;
  /** Number of the country → its IPv4 networks. */
  readonly countries: Map<number, number>;
}

/** Clients that are given one region before and one, perhaps the same, now. */
export interface Move extends Crowd {
  /** Name of a region; undefined: no answer. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Clients that stay in their region and are given another endpoint of it. */
export interface Swap extends Crowd {
  readonly region: string;
  readonly before: Spot;
  readonly now: Spot;
}

export interface Moves {
  readonly moves: readonly Move[];
  readonly swaps: readonly Swap[];
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
): { readonly moves: ReadonlyMap<T, Moves>; readonly placed: Crowd } {
  const rounds = new Map<string, { readonly views: readonly number[]; readonly pairs: T[] }>();
  for (const pair of pairs) {
    const views = [...new Set([...pair.before.views, ...pair.now.views])].sort((a, b) => a - b);
    const round = rounds.get(views.join()) ?? { views, pairs: [] };
    rounds.set(views.join(), round);
    round.pairs.push(pair);
  }
  const moves = new Map<T, Moves>();
  let placed = nobody();
  for (const round of rounds.values()) {
    placed = nobody();
    const tallies = round.pairs.map(
      ({ before, now }) => [new Outcomes(before, now, shared), new Tally(shared)] as const,
    );
    const maps = round.views.map((view) => shared.views[view]!.map);
    divideClients(countries, maps, (groups) => {
      for (const group of groups) count(placed, group, 1);
      for (const [outcomes, tally] of tallies) ask(groups, round.views, shared, outcomes, tally);
    });
    for (const [i, pair] of round.pairs.entries()) moves.set(pair, tallies[i]![1].result());
  }
  return { moves, placed };
}

function nobody(): Crowd {
  return { ipv4: 0, ipv6: 0, countries: new Map() };
}

/** The part `share` (0 … 1) of a group. */
function count(crowd: Crowd, { family, units, countries }: ClientGroup, share: number): void {
  if (family === 6) crowd.ipv6 += share * units;
  else {
    crowd.ipv4 += share * units;
    for (const [country, own] of countries)
      crowd.countries.set(country, (crowd.countries.get(country) ?? 0) + share * own);
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

/** Sums by pairs of regions, and inside each of them by pairs of spots. */
class Tally {
  private readonly moves = new Map<number, Move>();
  private readonly swaps = new Map<number, Swap>();
  private readonly shared: Shared;

  constructor(shared: Shared) {
    this.shared = shared;
  }

  /** `from` and `to` are spots. */
  add(group: ClientGroup, from: number, to: number, share: number): void {
    count(this.move(from, to), group, share);
    const { spots } = this.shared;
    const [before, now] = [spots[from], spots[to]];
    if (from === to || before === undefined || before.region !== now?.region) return;
    count(this.swap(from, to, before, now), group, share * newPart(before, now));
  }

  result(): Moves {
    const swaps = [...this.swaps.values()].filter(({ ipv4, ipv6 }) => ipv4 > 0 || ipv6 > 0);
    return { moves: [...this.moves.values()], swaps };
  }

  private move(fromSpot: number, toSpot: number): Move {
    const { regions, spots } = this.shared;
    const [from, to] = [fromSpot, toSpot].map((spot) => spots[spot]?.region ?? -1) as [number, number];
    const key = pairKey(from, to);
    const known = this.moves.get(key);
    if (known !== undefined) return known;
    const move = { from: regions[from], to: regions[to], ...nobody() };
    this.moves.set(key, move);
    return move;
  }

  private swap(from: number, to: number, before: Spot, now: Spot): Swap {
    const key = pairKey(from, to);
    const known = this.swaps.get(key);
    if (known !== undefined) return known;
    const swap = { region: this.shared.regions[now.region]!, before, now, ...nobody() };
    this.swaps.set(key, swap);
    return swap;
  }
}

/** Of clients that draw by these weights, those that have to be given another endpoint. */
function newPart(before: Spot, now: Spot): number {
  let part = 0;
  for (const [record, { share }] of now.endpoints)
    part += Math.max(0, share - (before.endpoints.get(record)?.share ?? 0));
  return Math.min(1, part);
}
