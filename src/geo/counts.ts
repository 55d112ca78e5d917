import { reservedBorder4, reservedPrefix4 } from '../ip/reserved.ts';
import { viewMap } from './layout.ts';

/**
 * How many IPv4 addresses have each number of a map: [number] = addresses. Reserved addresses (RFC 6890) are not
 * counted: no client comes from there.
 */
export function countsByNumber(map: SharedArrayBuffer): Float64Array {
  const { root4, keys, cells, numberCount } = viewMap(map);
  const counts = new Float64Array(numberCount);
  const count = (from: number, to: number, cell: number): void => {
    counts[cell >>> 8]! += to - from;
  };
  for (const [first, last] of ordinaryBlocks) {
    for (let start = first; start < last; ) {
      const digit = Math.floor(start / 65_536);
      const end = Math.min(last, (digit + 1) * 65_536);
      const cell = root4[digit]!;
      if (cell >= 0) count(start, end, cell);
      else countGroup(keys, cells, ~cell, start, end, count);
      start = end;
    }
  }
  return counts;
}

/** Counts the addresses start … end−1, which are all in the block of the group at `base`. */
function countGroup(
  keys: Uint16Array,
  cells: Int32Array,
  base: number,
  start: number,
  end: number,
  count: (from: number, to: number, cell: number) => void,
): void {
  const block = Math.floor(start / 65_536) * 65_536;
  const entries = keys[base]! + 1;
  for (let i = 0; i < entries; i++) {
    const from = Math.max(start, block + (i === 0 ? 0 : keys[base + i]!));
    const to = Math.min(end, block + (i + 1 === entries ? 65_536 : keys[base + i + 1]!));
    if (from < to) count(from, to, cells[base + i]!);
  }
}

/** The blocks between the reserved ones, first address and the one after the last. */
const ordinaryBlocks: readonly (readonly [number, number])[] = findOrdinaryBlocks();

function findOrdinaryBlocks(): [number, number][] {
  const blocks: [number, number][] = [];
  for (let start = 0; start < 2 ** 32; ) {
    const reserved = reservedPrefix4(start);
    const end = start + 2 ** (32 - (reserved || reservedBorder4(start)));
    if (reserved === 0) blocks.push([start, end]);
    start = end;
  }
  return blocks;
}
