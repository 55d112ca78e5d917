import type { GeoMap } from '../../src/geo/map.ts';
import { embeddedBits, embeddedIpv4 } from '../../src/ip/embedded.ts';

/** A block of clients, its address as words, and their number. */
export interface Block {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  /** Bits. */
  readonly length: number;
  readonly number: number;
}

/**
 * A view that is looked up bit by bit: the most specific block decides, and the scope is the shortest prefix around the
 * address in which every address has the same number. Numbers of a view of rankings are rows of `rows`.
 */
export function viewOf(
  blocks: readonly Block[],
  elsewhere: number,
  rows: readonly (readonly number[])[],
): GeoMap {
  const found4 = trieOf(blocks, 4, elsewhere);
  const found6 = trieOf(blocks, 6, elsewhere);
  const view: Pick<GeoMap, 'find4' | 'find6' | 'rankings' | 'regionCount'> = {
    regionCount: rows[0]?.length ?? 0,
    rankings: Uint8Array.from(rows.flat()),
    find4: (address) => find(found4, address, 0, 0, 0),
    find6(w0, w1, w2, w3) {
      const carried = embeddedBits(w0, w1, w2);
      if (carried === 0) return find(found6, w0, w1, w2, w3);
      return find(found4, embeddedIpv4(w0, w1, w3), 0, 0, 0) + carried;
    },
  };
  return view as GeoMap;
}

/** [2 × node + bit]: the next node, or below 0 the inverted number that holds there. Node 0 is above the first bit. */
type Trie = Int32Array;

function find(trie: Trie, w0: number, w1: number, w2: number, w3: number): number {
  let at = trie[0]!;
  let depth = 0;
  for (; at >= 0; depth++) {
    const word = depth < 32 ? w0 : depth < 64 ? w1 : depth < 96 ? w2 : w3;
    at = trie[2 * at + ((word >>> (31 - (depth & 31))) & 1)]!;
  }
  return ~at * 256 + depth;
}

function trieOf(blocks: readonly Block[], family: 4 | 6, elsewhere: number): Trie {
  const own = blocks.filter((block) => block.family === family).sort((a, b) => a.length - b.length);
  // Where IPv6 addresses carry IPv4 ones, other views have other numbers: no block reaches over their borders.
  const splits: Block[] =
    family === 4 ? [] : carriers.map(([words, length]) => ({ family, words, length, number: CARRIED }));
  const kids: number[] = [~elsewhere, 0];
  for (const { words, length, number } of [...own, ...splits]) {
    let at = 0;
    for (let depth = 0; depth < length; depth++) {
      if (kids[at]! < 0) {
        const whole = kids[at]!;
        kids[at] = kids.length / 2;
        kids.push(whole, whole);
      }
      at = 2 * kids[at]! + ((words[depth >>> 5]! >>> (31 - (depth & 31))) & 1);
    }
    kids[at] = ~number;
  }
  kids[0] = merged(kids, kids[0]!);
  return Int32Array.from(kids);
}

/** Stands where nobody is looked up: merges with nothing. */
const CARRIED = 0xff_ffff;
const carriers: readonly (readonly [readonly number[], number])[] = [
  [[0, 0, 0xffff], 96],
  [[0x0064ff9b, 0, 0], 96],
  [[0x20010000], 32],
  [[0x20020000], 16],
];

function merged(kids: number[], at: number): number {
  if (at < 0) return at;
  const left = merged(kids, kids[2 * at]!);
  const right = merged(kids, kids[2 * at + 1]!);
  kids[2 * at] = left;
  kids[2 * at + 1] = right;
  return left < 0 && left === right ? left : at;
}
