import type { Countries } from './countries.ts';
import { findMoves, type TreePair } from './moves.ts';
import { type PolicyPair, pairPolicies } from './pairs.ts';
import { compareShares, type PolicyReport, quietReport, reportMoves } from './report.ts';
import { Shared } from './shared.ts';
import { Side, type SideParts } from './side.ts';
import type { Tree } from './tree.ts';

/** Who moves from which region to which, of two configs. */
export interface Comparison {
  /** Most users moved first. */
  readonly policies: readonly PolicyReport[];
  /** Policies that one config alone has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** How many names are steered now alone. */
  readonly addedNames: number;
  /** Names that were steered before, by a policy that is asked for, and are not now. */
  readonly removedNames: readonly string[];
}

export interface CompareOptions {
  /** Names of policies, of either side; undefined: all. */
  readonly only: ReadonlySet<string> | undefined;
  /** Asked for when somebody might move at all. */
  readonly countries: () => Countries;
}

/** Compares what names are answered with, everything up. Takes seconds where trees differ. */
export function compare(before: SideParts, now: SideParts, { only, countries }: CompareOptions): Comparison {
  const shared = new Shared();
  const sides = [new Side(before, shared), new Side(now, shared)] as const;
  const { pairs, removedNames: lost, ...rest } = pairPolicies(before.config, now.config);
  const removedNames = lost
    .filter(({ policy }) => only === undefined || only.has(policy))
    .map(({ name }) => name);
  const asked = pairs
    .filter((pair) => only === undefined || only.has(pair.before) || only.has(pair.now))
    .map((pair) => ({ pair, ...treesOf(pair, ...sides) }));
  const different = asked.filter((one) => !sameTree(one.before, one.now));
  const quiet = asked.filter((one) => !different.includes(one)).map(({ pair }) => quietReport(pair));
  return { policies: [...reportPolicies(different, shared, countries), ...quiet], removedNames, ...rest };
}

function reportPolicies(
  different: readonly (TreePair & { readonly pair: PolicyPair })[],
  shared: Shared,
  countries: () => Countries,
): PolicyReport[] {
  if (different.length === 0) return [];
  const known = countries();
  // Policies that decide alike on both sides are asked once.
  const alike = new Map<string, TreePair>();
  const firsts = different.map((one) => {
    const key = `${one.before.words.join()};${one.now.words.join()}`;
    const first = alike.get(key) ?? one;
    alike.set(key, first);
    return first;
  });
  const { moves, placed } = findMoves([...alike.values()], shared, known);
  const found = new Map([...moves].map(([one, own]) => [one, reportMoves(own, placed, known)]));
  return different
    .map((one, i) => ({ ...one.pair, found: howFound(one), ...found.get(firsts[i]!)! }))
    .map(({ beforeSteering: _, nowSteering: __, ...report }) => report)
    .sort((a, b) => compareShares(a.moved, b.moved) || compareShares(a.swapped, b.swapped));
}

/**
 * Draws are told apart by the policy's name. A policy under a new name draws as it did under the old one, unless the old
 * one draws beside it.
 */
function treesOf(pair: PolicyPair, before: Side, now: Side): TreePair {
  const trees = { before: before.tree(pair.beforeSteering), now: now.tree(pair.nowSteering) };
  const isRenamed =
    pair.before !== pair.now && !trees.now.drawers.has(pair.before) && !trees.before.drawers.has(pair.now);
  if (!isRenamed) return trees;
  return { ...trees, now: now.tree(pair.nowSteering, { of: pair.now, as: pair.before }) };
}

function sameTree(a: Tree, b: Tree): boolean {
  return a.words.length === b.words.length && a.words.every((word, i) => word === b.words[i]);
}

function howFound({ before, now }: TreePair): PolicyReport['found'] {
  if (before.byLabel || now.byLabel) return 'labels';
  return before.byChance || now.byChance ? 'sampled' : 'exact';
}
