import type { Asker } from './asker.ts';
import type { Choice } from './choice.ts';
import type { Evaluator } from './evaluator.ts';
import { mix } from './mix.ts';
import { NodeHeader, Order, Serving, SHARE_ALL, SlotField, VOID, WalkField } from './nodes.ts';
import { labelHash } from './owners.ts';
import { Step } from './trace.ts';

/** What a slot came to. */
const Visit = { GAVE: 0, NOTHING: 1, REFUSED: 2, ENDED: 3 } as const;
type Visit = (typeof Visit)[keyof typeof Visit];

/** Goes along the slots of the WALK at `place` in its order, until the answer is full or the walk has had its slots. */
export function walkSlots(
  decider: Evaluator,
  place: number,
  wanted: number,
  asker: Asker,
  choice: Choice,
): void {
  const { words } = decider;
  const order = words[place + WalkField.ORDER]! as Order;
  asker.stepsLeft -= words[place + WalkField.COUNT]! >>> LOOK_SHIFT;
  if (order === Order.VIEW) walkRanking(decider, place, wanted, asker, choice);
  else if (order === Order.FIXED) walkFixed(decider, place, wanted, asker, choice);
  else {
    const seed = seedFor(decider, place, order, asker);
    const { drawSeed } = asker;
    // What is chosen by a hash stays the same down to the endpoint.
    if (order !== Order.DRAW) asker.drawSeed = seed;
    walkByHash(decider, place, seed, wanted, asker, choice);
    asker.drawSeed = drawSeed;
  }
}

/** The question has cost what it may: what is there already is the answer, or SERVFAIL, which no cache keeps for long. */
export function giveUp(decider: Evaluator, place: number, asker: Asker, choice: Choice): void {
  asker.stopped = true;
  if (choice.count > 0) return;
  asker.serving = Serving.SERVFAIL;
  asker.servingPolicy = decider.words[place + NodeHeader.POLICY]!;
}

/** Slots that are looked through and not visited: 32 of them are a step. */
const LOOK_SHIFT = 5;

function walkRanking(decider: Evaluator, place: number, wanted: number, asker: Asker, choice: Choice): void {
  const map = decider.views[decider.words[place + WalkField.VIEW]!]!;
  const ranking = asker.number(map);
  decider.trace?.push(Step.NODE, place, ranking);
  const base = ranking * map.regionCount;
  let left = decider.words[place + WalkField.MOST]!;
  let passed = 0;
  for (let position = 0; position < map.regionCount; position++) {
    const slot = slotAt(place, map.rankings[base + position]!);
    const visit = visitSlot(decider, place, slot, wanted, asker, choice);
    if (visit === Visit.REFUSED && passed === 0) passed = slot;
    if (visit === Visit.ENDED || (visit === Visit.GAVE && --left === 0) || choice.count >= wanted) return;
  }
  lastResort(decider, place, passed, left, wanted, asker, choice);
}

function walkFixed(decider: Evaluator, place: number, wanted: number, asker: Asker, choice: Choice): void {
  decider.trace?.push(Step.NODE, place, 0);
  const count = decider.words[place + WalkField.COUNT]!;
  let left = decider.words[place + WalkField.MOST]!;
  let passed = 0;
  for (let i = 0; i < count; i++) {
    const slot = slotAt(place, i);
    const visit = visitSlot(decider, place, slot, wanted, asker, choice);
    if (visit === Visit.REFUSED && passed === 0) passed = slot;
    if (visit === Visit.ENDED || (visit === Visit.GAVE && --left === 0) || choice.count >= wanted) return;
  }
  lastResort(decider, place, passed, left, wanted, asker, choice);
}

/**
 * Rendezvous: every slot draws a score from the seed and its own, by its weight (Efraimidis and Spirakis 2006), and the
 * highest goes first. The shares are exact, and a slot that comes or goes moves no other's clients.
 */
function walkByHash(
  decider: Evaluator,
  place: number,
  seed: number,
  wanted: number,
  asker: Asker,
  choice: Choice,
): void {
  decider.trace?.push(Step.NODE, place, seed);
  const { words } = decider;
  let left = words[place + WalkField.MOST]!;
  let passed = 0;
  let slot = 0;
  let score = Number.POSITIVE_INFINITY;
  for (let i = words[place + WalkField.COUNT]!; i > 0; i--) {
    const after = slot;
    asker.stepsLeft -= words[place + WalkField.COUNT]! >>> LOOK_SHIFT;
    slot = nextByScore(words, place, seed, score, after);
    if (slot === 0) break;
    score = scoreOf(words, slot, seed);
    const visit = visitSlot(decider, place, slot, wanted, asker, choice);
    if (visit === Visit.REFUSED && passed === 0) passed = slot;
    if (visit === Visit.ENDED || (visit === Visit.GAVE && --left === 0) || choice.count >= wanted) return;
  }
  lastResort(decider, place, passed, left, wanted, asker, choice);
}

/** The slot with the highest score below `score`; of equal ones those behind `after` come next. 0 at the end. */
function nextByScore(words: Int32Array, place: number, seed: number, score: number, after: number): number {
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  const end = slotAt(place, words[place + WalkField.COUNT]!);
  for (let slot = slotAt(place, 0); slot < end; slot += SlotField.SIZE) {
    if (words[slot + SlotField.CHILD] === 0) continue;
    const own = scoreOf(words, slot, seed);
    if (own > score || (own === score && slot <= after)) continue;
    if (own > bestScore) {
      best = slot;
      bestScore = own;
    }
  }
  return best;
}

/** The higher, the sooner a slot comes in an order by hash; for explanations too. */
export function scoreOf(words: Int32Array, slot: number, seed: number): number {
  const draw = ((mix(seed ^ words[slot + SlotField.SEED]!) >>> 1) + 0.5) / 2147483648;
  return Math.log(draw) / words[slot + SlotField.WEIGHT]!;
}

function seedFor(decider: Evaluator, place: number, order: Order, asker: Asker): number {
  if (order === Order.PREFIX) return asker.prefixHash();
  if (order === Order.LABEL) return mix(labelHash(asker.name, asker.labelAt));
  // Each policy draws for itself: two of them on one path must not agree.
  return mix(asker.drawSeed ^ Math.imul(decider.words[place + NodeHeader.POLICY]! + 1, 0x9e3779b1));
}

function visitSlot(
  decider: Evaluator,
  place: number,
  slot: number,
  wanted: number,
  asker: Asker,
  choice: Choice,
): Visit {
  const { words, trace } = decider;
  const child = words[slot + SlotField.CHILD]!;
  if (child === 0) return Visit.NOTHING;
  if (--asker.stepsLeft < 0) {
    giveUp(decider, place, asker, choice);
    return Visit.ENDED;
  }
  const share = words[slot + SlotField.SHARE]!;
  if (share < SHARE_ALL && !letsIn(words, slot, share, asker)) {
    trace?.push(Step.NOT_LET_IN, place, slot);
    return Visit.REFUSED;
  }
  if (child === VOID) return visitVoid(decider, place, slot, asker, choice);
  const before = choice.count;
  const most = before + words[place + WalkField.PER_SLOT]!;
  decider.evaluate(child, Math.min(most, wanted), asker, choice);
  if (asker.stopped) return Visit.ENDED;
  trace?.push(choice.count > before ? Step.TAKEN : Step.EMPTY, place, slot);
  return choice.count > before ? Visit.GAVE : Visit.NOTHING;
}

function letsIn(words: Int32Array, slot: number, share: number, asker: Asker): boolean {
  // Not the rendezvous' own draw: those that a slot won by a high score would all be let in or none.
  return (mix(asker.prefixHash() ^ ~words[slot + SlotField.SEED]!) & 0xffff) < share;
}

function visitVoid(decider: Evaluator, place: number, slot: number, asker: Asker, choice: Choice): Visit {
  if (!endAtVoid(decider, place, asker, choice)) return Visit.NOTHING;
  decider.trace?.push(Step.VOID, place, slot);
  return Visit.ENDED;
}

/** What is the client's serves the other family only. Behind answers that are there already it is no end: false then. */
export function endAtVoid(decider: Evaluator, place: number, asker: Asker, choice: Choice): boolean {
  if (choice.count > 0) return false;
  decider.serves(place, asker);
  asker.stopped = true;
  return true;
}

/** Nobody let the client in: the first that was passed by has to. */
function lastResort(
  decider: Evaluator,
  place: number,
  slot: number,
  left: number,
  wanted: number,
  asker: Asker,
  choice: Choice,
): void {
  if (slot === 0 || choice.count > 0 || left === 0) return;
  const { words, trace } = decider;
  trace?.push(Step.LAST_RESORT, place, slot);
  const child = words[slot + SlotField.CHILD]!;
  if (child === VOID) visitVoid(decider, place, slot, asker, choice);
  else decider.evaluate(child, Math.min(wanted, words[place + WalkField.PER_SLOT]!), asker, choice);
}

function slotAt(place: number, index: number): number {
  return place + WalkField.SLOTS + index * SlotField.SIZE;
}
