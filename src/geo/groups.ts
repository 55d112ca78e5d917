import type { RunList } from './runs.ts';
import { ELSEWHERE, UNPLACED } from './runs.ts';

/*
 * A map is a tree over the address, 16 bits a level. A block of addresses that is not all of one number has a
 * group: the runs of one number inside it, by their first 16-bit digit, sorted.
 *
 *   keys[base]              entries of the group − 1 (the first entry's key is always 0)
 *   keys[base + j]          first digit of entry j
 *   cells[base + j]  ≥ 0    number × 256, for all digits up to the next key
 *                    < 0    ~base of the group for this one digit, which is again not all of one number
 *
 * Scopes are not stored: the largest aligned block around an address within its run follows from the digits just
 * outside the run. A finer group is never of one number, so that no block reaches into it from outside.
 */

/**
 * Looks a digit up in the group at `base`, whose block has `bits` bits → number × 256 + scope, or the cell of a
 * finer group. The scope is one bit longer than the longest prefix that the digit shares with an outside neighbour.
 */
export function findInGroup(
  keys: Uint16Array,
  cells: Int32Array,
  base: number,
  digit: number,
  bits: number,
): number {
  const last = base + keys[base]!;
  let at = base;
  for (let high = last; at < high; ) {
    const middle = (at + high + 1) >>> 1;
    if (keys[middle]! <= digit) at = middle;
    else high = middle - 1;
  }
  const cell = cells[at]!;
  if (cell < 0) return cell;
  const below = at > base ? Math.clz32(digit ^ (keys[at]! - 1)) : 16;
  const above = at < last ? Math.clz32(digit ^ keys[at + 1]!) : 16;
  return cell + bits - 15 + Math.max(below, above);
}

/** The groups of a map while it is written: keys[0 … count) and cells[0 … count). */
export class GroupEntries {
  count = 0;
  keys = new Uint16Array(1 << 16);
  cells = new Int32Array(1 << 16);

  add(key: number, cell: number): void {
    if (this.count === this.keys.length) this.grow();
    this.keys[this.count] = key;
    this.cells[this.count++] = cell;
  }

  private grow(): void {
    const keys = new Uint16Array(2 * this.keys.length);
    const cells = new Int32Array(2 * this.cells.length);
    keys.set(this.keys);
    cells.set(this.cells);
    this.keys = keys;
    this.cells = cells;
  }
}

/** A block still to write: the runs that start in it, and the cell that shall point to it. */
interface Block {
  /** The run at the block's first address; it may start before the block. */
  readonly first: number;
  /** Runs first + 1 … end − 1 start inside the block. */
  readonly end: number;
  readonly parent: GroupEntries;
  readonly parentAt: number;
}

/**
 * Adds the groups of a whole address space to `entries` and fills `root`, one cell for each first digit, with the
 * scope added where it is a number. Parents come before children, so that a walk down goes forwards in memory.
 */
export function writeGroups(runs: RunList, root: Int32Array, entries: GroupEntries): void {
  const top = new GroupEntries();
  let blocks: Block[] = [];
  writeGroup(runs, 0, 0, runs.count, top, blocks);
  for (let level = 1; blocks.length > 0; level++) {
    const finer: Block[] = [];
    for (const { first, end, parent, parentAt } of blocks) {
      parent.cells[parentAt] = ~entries.count;
      writeGroup(runs, level, first, end, entries, finer);
    }
    blocks = finer;
  }
  for (let digit = 0; digit < root.length; digit++) {
    root[digit] = runs.count === 1 ? top.cells[0]! : findInGroup(top.keys, top.cells, 0, digit, 0);
  }
}

/** Writes the group of the block in which runs first + 1 … end − 1 start; adds its finer blocks to `finer`. */
function writeGroup(
  runs: RunList,
  level: number,
  first: number,
  end: number,
  entries: GroupEntries,
  finer: Block[],
): void {
  const base = entries.count;
  /** Where the run before `i` goes on, after what is written already. */
  let nextKey = 0;
  for (let i = first + 1; i < end; ) {
    const digit = digitOf(runs, i, level);
    if (nextKey < digit) entries.add(nextKey, cellOf(runs, i - 1));
    let after = i + 1;
    while (after < end && digitOf(runs, after, level) === digit) after++;
    const aligned = startsAtDigit(runs, i, level);
    if (aligned && after === i + 1) {
      nextKey = digit;
    } else {
      finer.push({ first: aligned ? i : i - 1, end: after, parent: entries, parentAt: entries.count });
      entries.add(digit, 0);
      nextKey = digit + 1;
    }
    i = after;
  }
  if (nextKey <= 0xffff) entries.add(nextKey, cellOf(runs, end - 1));
  entries.keys[base] = entries.count - base - 1;
}

function cellOf(runs: RunList, run: number): number {
  const number = runs.numbers[run]!;
  return number === UNPLACED || number === ELSEWHERE ? 0 : number * 256;
}

/** The 16 bits of a run's start that a level looks at. */
function digitOf(runs: RunList, run: number, level: number): number {
  const word = runs.words[level >>> 1]![run]!;
  return level & 1 ? word & 0xffff : word >>> 16;
}

/** Whether all bits of the start after the level's digit are zero. */
function startsAtDigit(runs: RunList, run: number, level: number): boolean {
  if (!(level & 1) && (runs.words[level >>> 1]![run]! & 0xffff) !== 0) return false;
  for (let word = (level >>> 1) + 1; word < runs.words.length; word++) {
    if (runs.words[word]![run] !== 0) return false;
  }
  return true;
}
