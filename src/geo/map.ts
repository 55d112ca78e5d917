import { embeddedBits, embeddedIpv4 } from '../ip/embedded.ts';
import { findInGroup } from './groups.ts';
import { createMap, viewMap } from './layout.ts';

/**
 * Client address → number of a view (`views.ts`: a ranking of regions, or an entry of a list), with the shortest
 * prefix around the address on which that number holds (the scope of RFC 7871 §7.2.1). Views on a compiled map; a
 * look-up allocates nothing.
 *
 * A result is number × 256 + scope; the scope counts bits in the family that was asked.
 */
export class GeoMap {
  /** 0 where numbers are no rankings. */
  readonly regionCount: number;
  /**
   * [ranking × regionCount + position] = region: each row names every region once, nearest first. Row 0, the
   * regions as the config lists them, is for clients that no database places.
   */
  readonly rankings: Uint8Array;
  private readonly root4: Int32Array;
  private readonly root6: Int32Array;
  private readonly cells: Int32Array;
  private readonly keys: Uint16Array;

  constructor(buffer: SharedArrayBuffer) {
    const views = viewMap(buffer);
    this.regionCount = views.regionCount;
    this.rankings = views.rankings;
    this.root4 = views.root4;
    this.root6 = views.root6;
    this.cells = views.cells;
    this.keys = views.keys;
  }

  /** `address` is unsigned. */
  find4(address: number): number {
    const cell = this.root4[address >>> 16]!;
    return cell >= 0 ? cell : findInGroup(this.keys, this.cells, ~cell, address & 0xffff, 16);
  }

  /** The address as four unsigned words, the first 32 bits first. One that carries an IPv4 address is that one. */
  find6(w0: number, w1: number, w2: number, w3: number): number {
    const carried = embeddedBits(w0, w1, w2);
    if (carried !== 0) return this.find4(embeddedIpv4(w0, w1, w3)) + carried;
    const { keys, cells } = this;
    let cell = this.root6[w0 >>> 16]!;
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w0 & 0xffff, 16);
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w1 >>> 16, 32);
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w1 & 0xffff, 48);
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w2 >>> 16, 64);
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w2 & 0xffff, 80);
    if (cell < 0) cell = findInGroup(keys, cells, ~cell, w3 >>> 16, 96);
    return cell >= 0 ? cell : findInGroup(keys, cells, ~cell, w3 & 0xffff, 112);
  }
}

/** A map that places nobody: every client has number 0 with scope 0. */
export function emptyGeoMap(regionCount: number, numberCount = 1): SharedArrayBuffer {
  const buffer = createMap(regionCount, numberCount, 0);
  viewMap(buffer).rankings.forEach((_, i, rows) => {
    rows[i] = i % regionCount;
  });
  return buffer;
}
