import type { GeoMap } from '../geo/map.ts';
import { embeddedBits } from '../ip/embedded.ts';
import { reservedBorder4, reservedBorder6, reservedPrefix4, reservedPrefix6 } from '../ip/reserved.ts';
import { limits } from '../runtime/limits.ts';
import { visitBlocks } from './blocks.ts';
import { type Countries, UNPLACED } from './countries.ts';

/** Clients that have the same number in each of some views: whatever a tree asks of them, it is told the same. */
export interface ClientGroup {
  readonly family: 4 | 6;
  /** One for each view that was asked. */
  readonly numbers: readonly number[];
  /** Country → how many networks (/24, /48). */
  readonly countries: Map<number, number>;
  units: number;
}

/**
 * Divides all networks that a database places into groups by their numbers in the views. Exact to /24 and /48: the first
 * address stands for a network that is divided. Takes about a second. `take` gets the groups when there are
 * `most` of them, and the last ones at the end; the same group may come more than once.
 */
export function divideClients(
  countries: Countries,
  views: readonly GeoMap[],
  take: (groups: readonly ClientGroup[]) => void,
  most: number = limits.diffGroups,
): void {
  let groups = new Groups(views.length);
  const numbers = new Int32Array(views.length);
  for (const family of [4, 6] as const) {
    let country = UNPLACED;
    const visit = (words: Uint32Array): number => {
      country = UNPLACED;
      const nobody = nobodysPrefix(family, words);
      if (nobody > 0) return nobody;
      const found = find(countries.map, family, words);
      country = found >>> 8;
      if (country === UNPLACED) return found & 0xff;
      let scope = Math.max(found & 0xff, reservedBorder(family, words));
      for (let i = 0; i < views.length; i++) {
        const own = find(views[i]!, family, words);
        numbers[i] = own >>> 8;
        if ((own & 0xff) > scope) scope = own & 0xff;
      }
      return scope;
    };
    visitBlocks(family, visit, (units) => {
      if (country === UNPLACED) return;
      if (groups.list.length >= most) {
        take(groups.list);
        groups = new Groups(views.length);
      }
      groups.add(family, numbers, country, units);
    });
  }
  take(groups.list);
}

/**
 * Bits of the block around an address that is no client's own: reserved ones, and IPv6 that carries IPv4, which is counted
 * there. 0 for an ordinary address.
 */
function nobodysPrefix(family: 4 | 6, [w0, w1]: Uint32Array): number {
  if (family === 4) return reservedPrefix4(w0!);
  const carried = embeddedBits(w0!, w1!, 0);
  // Of Teredo the bits behind its /32 are not the client's.
  return carried > 0 ? Math.min(carried, 32) : reservedPrefix6(w0!, w1!, 0, 0);
}

function reservedBorder(family: 4 | 6, [w0, w1]: Uint32Array): number {
  return family === 4 ? reservedBorder4(w0!) : reservedBorder6(w0!, w1!, 0, 0);
}

function find(map: GeoMap, family: 4 | 6, words: Uint32Array): number {
  return family === 4 ? map.find4(words[0]!) : map.find6(words[0]!, words[1]!, 0, 0);
}

/** Groups by their numbers. */
class Groups {
  readonly list: ClientGroup[] = [];
  /** [place in the row of numbers]: what stands before it and it → what both are together. */
  private readonly steps: readonly Map<number, number>[];

  constructor(views: number) {
    this.steps = Array.from({ length: views + 1 }, () => new Map<number, number>());
  }

  add(family: 4 | 6, numbers: Int32Array, country: number, units: number): void {
    let row: number = family;
    for (let i = 0; i < numbers.length; i++) row = this.step(i, row, numbers[i]!);
    const last = this.steps[numbers.length]!;
    let place = last.get(row);
    if (place === undefined) {
      place = this.list.push({ family, numbers: [...numbers], countries: new Map(), units: 0 }) - 1;
      last.set(row, place);
    }
    const group = this.list[place]!;
    group.units += units;
    group.countries.set(country, (group.countries.get(country) ?? 0) + units);
  }

  private step(at: number, row: number, number: number): number {
    const step = this.steps[at]!;
    // Numbers of a view are below 2²⁴, rows not more than groups: exact as a double.
    const key = row * 2 ** 24 + number;
    const known = step.get(key);
    if (known !== undefined) return known;
    step.set(key, step.size);
    return step.size - 1;
  }
}
