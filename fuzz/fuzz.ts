import { Random } from '../src/runtime/random.ts';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';

export interface FuzzResult {
  readonly runs: number;
  readonly failure: { readonly input: Uint8Array; readonly error: unknown } | undefined;
}

/** Feeds mutations of the target's seeds and of the corpus, by seed, until `goOn` says no or a promise breaks. */
export function fuzz(
  target: Target,
  corpus: readonly Uint8Array[],
  seed: number,
  goOn: (runs: number) => boolean,
): FuzzResult {
  const random = new Random(seed);
  const material = [...target.seeds, ...corpus];
  let runs = 0;
  for (const input of material) {
    const failure = feed(target, input);
    if (failure !== undefined) return { runs, failure };
  }
  while (runs % 64 !== 0 || goOn(runs)) {
    const pick = () => material[random.below(material.length)]!;
    const input = mutate(pick(), pick(), random);
    const failure = feed(target, input);
    runs++;
    if (failure !== undefined) return { runs, failure };
  }
  return { runs, failure: undefined };
}

function feed(target: Target, input: Uint8Array): FuzzResult['failure'] {
  try {
    target.run(input);
    return undefined;
  } catch (error) {
    return { input, error };
  }
}
