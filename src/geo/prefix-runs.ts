import type { Prefix } from '../ip/prefix.ts';
import { RunList, UNPLACED } from './runs.ts';

/** A block of addresses and its number. */
export interface NumberedPrefix {
  readonly prefix: Prefix;
  readonly number: number;
}

/** The prefixes of one family as runs: the longest around an address counts; UNPLACED where there is none. */
export function prefixRuns(family: 4 | 6, prefixes: readonly NumberedPrefix[]): RunList {
  const blocks = prefixes.filter(({ prefix }) => prefix.address.family === family).map(blockOf);
  blocks.sort((a, b) => (a.start === b.start ? a.length - b.length : a.start < b.start ? -1 : 1));
  const borders = new Borders();
  const open: Block[] = [];
  const closeBefore = (start: bigint) => {
    for (let last = open.at(-1); last !== undefined && last.end <= start; last = open.at(-1)) {
      open.pop();
      borders.add(last.end, open.at(-1)?.number ?? UNPLACED);
    }
  };
  borders.add(0n, UNPLACED);
  for (const block of blocks) {
    closeBefore(block.start);
    borders.add(block.start, block.number);
    open.push(block);
  }
  closeBefore(1n << BigInt(addressBits(family)));
  return borders.runs(family);
}

interface Block {
  readonly start: bigint;
  /** First address after the block. */
  readonly end: bigint;
  readonly length: number;
  readonly number: number;
}

function blockOf({ prefix, number }: NumberedPrefix): Block {
  const { address, length } = prefix;
  const start = BigInt(`0x${Buffer.from(address.bytes).toString('hex')}`);
  return { start, end: start + (1n << BigInt(addressBits(address.family) - length)), length, number };
}

/** Where the number changes, in order; of several changes at one address the last counts. */
class Borders {
  private readonly starts: bigint[] = [];
  private readonly numbers: number[] = [];

  add(start: bigint, number: number): void {
    if (this.starts.at(-1) === start) this.numbers.pop();
    else this.starts.push(start);
    this.numbers.push(number);
  }

  runs(family: 4 | 6): RunList {
    const runs = new RunList(family);
    const bits = addressBits(family);
    for (const [i, start] of this.starts.entries()) {
      if (start === 1n << BigInt(bits)) break;
      const word = (at: number) => Number((start >> BigInt(bits - 32 * (at + 1))) & 0xffff_ffffn);
      if (family === 4) runs.append(word(0), 0, 0, 0, this.numbers[i]!);
      else runs.append(word(0), word(1), word(2), word(3), this.numbers[i]!);
    }
    return runs;
  }
}

function addressBits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
