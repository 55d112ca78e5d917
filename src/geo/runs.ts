/** In place of a ranking: no database tells where these addresses are. */
export const UNPLACED = 0xffff;
/** In place of a ranking: these addresses are looked up as others (`ip/embedded.ts`). */
export const ELSEWHERE = 0xfffe;

/**
 * An address space cut into runs of one ranking each, in order: run i goes from its start to the start of run
 * i + 1. The first run starts at address zero; neighbours differ. 8 or 18 bytes a run.
 */
export class RunList {
  readonly family: 4 | 6;
  count = 0;
  /** Start of each run as 32-bit words; IPv4 uses the first only. */
  words: Uint32Array[];
  rankings = new Uint16Array(1024);

  constructor(family: 4 | 6) {
    this.family = family;
    this.words = Array.from({ length: family === 4 ? 1 : 4 }, () => new Uint32Array(1024));
  }

  /** Adds a run that starts after all others; merges it into the last one when the ranking is the same. */
  append(w0: number, w1: number, w2: number, w3: number, ranking: number): void {
    const at = this.count;
    if (at > 0 && this.rankings[at - 1] === ranking) return;
    if (at === this.rankings.length) this.grow();
    this.words[0]![at] = w0;
    if (this.family === 6) {
      this.words[1]![at] = w1;
      this.words[2]![at] = w2;
      this.words[3]![at] = w3;
    }
    this.rankings[at] = ranking;
    this.count++;
  }

  private grow(): void {
    const size = 2 * this.rankings.length;
    const larger = (words: Uint32Array) => {
      const copy = new Uint32Array(size);
      copy.set(words);
      return copy;
    };
    this.words = this.words.map(larger);
    const rankings = new Uint16Array(size);
    rankings.set(this.rankings);
    this.rankings = rankings;
  }
}

/** The runs of `first`, and those of `second` where `first` is unplaced. */
export function overlay(first: RunList, second: RunList): RunList {
  const result = new RunList(first.family);
  let i = 0;
  let j = 0;
  for (let next = 0; ; ) {
    const ranking = first.rankings[i]!;
    const [source, at] = next <= 0 ? [first, i] : [second, j];
    const w = source.words;
    const start = [w[0]![at]!, w[1]?.[at] ?? 0, w[2]?.[at] ?? 0, w[3]?.[at] ?? 0] as const;
    result.append(...start, ranking === UNPLACED ? second.rankings[j]! : ranking);
    if (i + 1 === first.count && j + 1 === second.count) return result;
    next = compareStarts(first, i + 1, second, j + 1);
    if (next <= 0) i++;
    if (next >= 0) j++;
  }
}

/** < 0 when run i of `a` starts before run j of `b`; a run past the end of its list starts after all others. */
function compareStarts(a: RunList, i: number, b: RunList, j: number): number {
  if (i === a.count) return 1;
  if (j === b.count) return -1;
  for (let k = 0; k < a.words.length; k++) {
    const difference = a.words[k]![i]! - b.words[k]![j]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
