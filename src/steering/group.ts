import type { Asker } from './asker.ts';
import type { Choice } from './choice.ts';
import { mix } from './mix.ts';
import { CandidateField, GroupField } from './nodes.ts';

/** Draws from the group at `place`, by weight and without replacement, until `wanted` are chosen or it is empty. */
export function drawGroup(
  words: Int32Array,
  place: number,
  wanted: number,
  asker: Asker,
  choice: Choice,
): void {
  const size = words[place + GroupField.COUNT]!;
  const first = place + GroupField.CANDIDATES;
  if (size === 1) {
    if (choice.count < wanted) choice.candidates[choice.count++] = first;
    return;
  }
  const from = choice.count;
  const until = Math.min(wanted, from + size);
  let weight = words[place + GroupField.WEIGHT]!;
  let draw = mix(asker.drawSeed ^ size);
  while (choice.count < until) {
    draw = mix(draw + 0x9e3779b9);
    // 31 bits: exact for sums of weights below 2²², which 1 000 endpoints of weight 1 000 stay under.
    let left = Math.floor(((draw >>> 1) / 2147483648) * weight);
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
