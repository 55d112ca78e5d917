/** In place of a number: no database tells where these addresses are. */
export const UNPLACED = 0xffff;
/** In place of a number: these addresses are looked up as others (`ip/embedded.ts`). */
export const ELSEWHERE = 0xfffe;
/** In place of a number: it is settled that these addresses have none here, whatever a later database says. */
export const NOTHING = 0xfffd;

/**
 * An address space cut into runs of one number each, in order: run i goes from its start to the start of run
 * i + 1. The first run starts at address zero; neighbours differ. 6 or 18 bytes a run.
 */
export class RunList {
  readonly family: 4 | 6;
  count = 0;
  /** Start of each run as 32-bit words; IPv4 uses the first only. */
  words: Uint32Array[];
  numbers = new Uint16Array(1024);

  constructor(family: 4 | 6) {
    this.family = family;
    this.words = Array.from({ length: family === 4 ? 1 : 4 }, () => new Uint32Array(1024));
  }

  /** Adds a run that starts after all others; merges it into the last one when the number is the same. */
  append(w0: number, w1: number, w2: number, w3: number, number: number): void {
    const at = this.count;
    if (at > 0 && this.numbers[at - 1] === number) return;
    if (at === this.numbers.length) this.grow();
    this.words[0]![at] = w0;
    if (this.family === 6) {
      this.words[1]![at] = w1;
      this.words[2]![at] = w2;
      this.words[3]![at] = w3;
    }
    this.numbers[at] = number;
    this.count++;
  }

  private grow(): void {
    const size = 2 * this.numbers.length;
    const larger = (words: Uint32Array) => {
      const copy = new Uint32Array(size);
      copy.set(words);
      return copy;
    };
    this.words = this.words.map(larger);
    const numbers = new Uint16Array(size);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}

/** One run over a whole address space. */
export function uniform(family: 4 | 6, number: number): RunList {
  const runs = new RunList(family);
  runs.append(0, 0, 0, 0, number);
  return runs;
}

/** The runs of `first`, and those of `second` where `first` is unplaced: a database before the next. */
export function overlay(first: RunList, second: RunList): RunList {
  if (isUnplaced(second)) return first;
  if (isUnplaced(first)) return second;
  return zip(first, second, (a, b) => (a === UNPLACED ? b : a));
}

/** The runs of `first`, and those of `second` where `first` has no number: the more specific before the next. */
export function cover(first: RunList, second: RunList): RunList {
  if (isUnplaced(first)) return second;
  return zip(first, second, (a, b) => (a === UNPLACED || a === NOTHING ? b : a));
}

/** At each address what `choose` makes of the numbers that both lists have there. */
export function zip(
  first: RunList,
  second: RunList,
  choose: (first: number, second: number) => number,
): RunList {
  const result = new RunList(first.family);
  let i = 0;
  let j = 0;
  for (let next = 0; ; ) {
    const source = next <= 0 ? first : second;
    const at = next <= 0 ? i : j;
    const [w0, w1, w2, w3] = source.words;
    const number = choose(first.numbers[i]!, second.numbers[j]!);
    if (w1 === undefined) result.append(w0![at]!, 0, 0, 0, number);
    else result.append(w0![at]!, w1[at]!, w2![at]!, w3![at]!, number);
    if (i + 1 === first.count && j + 1 === second.count) return result;
    next = compareStarts(first, i + 1, second, j + 1);
    if (next <= 0) i++;
    if (next >= 0) j++;
  }
}

function isUnplaced(runs: RunList): boolean {
  return runs.count === 1 && runs.numbers[0] === UNPLACED;
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
