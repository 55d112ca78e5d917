import { limits } from '../runtime/limits.ts';
import type { Random } from '../runtime/random.ts';
import { Walk } from './plan.ts';
import { CandidateField, GroupField, PolicyField } from './table.ts';

/** The outcome of a choice: places of candidates, in the order of the answer. One object per worker. */
export class Choice {
  readonly candidates = new Int32Array(limits.answersPerQuery);
  count = 0;
}

/**
 * Chooses the candidates of one answer. `words` holds the tables, `policy` is the place of the policy's fields,
 * `table` that of its table for the family asked. `rankings[ranking …]` lists the regions for this client, nearest
 * first; it is not read for a SINGLE walk. Allocates nothing.
 */
export function choose(
  words: Int32Array,
  policy: number,
  table: number,
  rankings: Uint8Array,
  ranking: number,
  regionCount: number,
  random: Random,
  choice: Choice,
): void {
  choice.count = 0;
  if (table === 0) return;
  const wanted = words[policy + PolicyField.ANSWERS]!;
  const walk = words[policy + PolicyField.WALK]!;
  if (walk === Walk.SINGLE) {
    draw(words, table, wanted, random, choice);
    return;
  }
  for (let position = 0; position < regionCount; position++) {
    const group = words[table + rankings[ranking + position]!]!;
    if (group === 0) continue;
    draw(words, group, wanted, random, choice);
    if (walk === Walk.FIRST || choice.count >= wanted) return;
  }
}

/** Draws from one group, by weight and without replacement, until `wanted` are chosen or the group is empty. */
function draw(words: Int32Array, group: number, wanted: number, random: Random, choice: Choice): void {
  const size = words[group + GroupField.COUNT]!;
  const first = group + GroupField.CANDIDATES;
  if (size === 1) {
    choice.candidates[choice.count++] = first;
    return;
  }
  const from = choice.count;
  const until = Math.min(wanted, from + size);
  let weight = words[group + GroupField.WEIGHT]!;
  while (choice.count < until) {
    let left = random.below(weight);
    let candidate = first;
    for (; ; candidate += CandidateField.SIZE) {
      if (isChosen(choice, from, candidate)) continue;
      left -= words[candidate + CandidateField.WEIGHT]!;
      if (left < 0) break;
    }
    weight -= words[candidate + CandidateField.WEIGHT]!;
    choice.candidates[choice.count++] = candidate;
  }
}

function isChosen(choice: Choice, from: number, candidate: number): boolean {
  for (let i = from; i < choice.count; i++) if (choice.candidates[i] === candidate) return true;
  return false;
}
