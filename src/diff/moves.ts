import type { GeoMap } from '../geo/map.ts';
import { type Grain, unitBits, visitBlocks } from './blocks.ts';
import { NO_REGION, type Side } from './side.ts';

/** What of the world is looked at, and with which eyes. */
export interface World {
  /** Client → number of its country, 0 where no database has it. */
  readonly countries: GeoMap;
  readonly countryCount: number;
  /** Labels that names are asked with in turn, as wire labels: of owners, or made up. */
  readonly labels: readonly Uint8Array[];
}

/** Clients that are given one region before and another one now. */
export interface Move {
  /** Name of a region; undefined: no answer. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** /24 of IPv4 and /48 of IPv6 networks. */
  ipv4: number;
  ipv6: number;
  /** [number of the country]: its /24. */
  readonly countries: Float64Array;
}

/** All clients of one policy. */
export interface PolicyMoves {
  readonly policy: string;
  readonly moves: readonly Move[];
  /** That a database places. */
  readonly placed: { readonly ipv4: number; readonly ipv6: number };
}

/** Asks both sides for every client that a database places. Takes seconds. */
export function findMoves(
  policy: string,
  before: { readonly side: Side; readonly entry: number },
  now: { readonly side: Side; readonly entry: number },
  world: World,
  grains: Readonly<Record<4 | 6, Grain>>,
): PolicyMoves {
  const tally = new Tally(before.side, now.side, world.countryCount);
  const placed = { 4: 0, 6: 0 };
  for (const family of [4, 6] as const) {
    let from = NO_REGION;
    let to = NO_REGION;
    let country = 0;
    let asked = 0;
    const visit = (words: Uint32Array): number => {
      const found =
        family === 4 ? world.countries.find4(words[0]!) : world.countries.find6(words[0]!, words[1]!, 0, 0);
      country = found >>> 8;
      if (country === 0) return found & 0xff;
      const label = world.labels[asked++ % world.labels.length]!;
      from = before.side.regionOf(before.entry, family, words, label);
      to = now.side.regionOf(now.entry, family, words, label);
      return Math.max(found & 0xff, before.side.scope, now.side.scope);
    };
    visitBlocks(family, grains[family], visit, (bits) => {
      if (country === 0) return;
      const units = 2 ** (unitBits[family] - bits);
      placed[family] += units;
      tally.add(family, from, to, country, units);
    });
  }
  return { policy, moves: tally.list(), placed: { ipv4: placed[4], ipv6: placed[6] } };
}

/** Sums by pairs of regions, of those that differ. */
class Tally {
  private readonly before: Side;
  private readonly now: Side;
  private readonly countryCount: number;
  private readonly moves = new Map<number, Move>();

  constructor(before: Side, now: Side, countryCount: number) {
    this.before = before;
    this.now = now;
    this.countryCount = countryCount;
  }

  add(family: 4 | 6, from: number, to: number, country: number, units: number): void {
    const key = from * 65_536 + to;
    let move = this.moves.get(key);
    if (move === undefined) {
      move = {
        from: this.before.config.regions[from]?.name,
        to: this.now.config.regions[to]?.name,
        ipv4: 0,
        ipv6: 0,
        countries: new Float64Array(this.countryCount),
      };
      this.moves.set(key, move);
    }
    if (family === 6) move.ipv6 += units;
    else {
      move.ipv4 += units;
      move.countries[country] = move.countries[country]! + units;
    }
  }

  list(): Move[] {
    return [...this.moves.values()];
  }
}
