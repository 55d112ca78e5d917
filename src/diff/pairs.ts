import type { Config } from '../config/model.ts';
import { formatName, nameKey, type WireName } from '../dns/names.ts';

/** Names that one policy answered for before and the same or another one answers for now. */
export interface PolicyPair {
  /** Names of policies. */
  readonly before: string;
  readonly now: string;
  /** Indexes into `Config.steerings` of the two sides. */
  readonly beforeSteering: number;
  readonly nowSteering: number;
  /** How many names, and one of them; none when the policy has names on both sides, but others. */
  readonly names: { readonly count: number; readonly first: string | undefined };
}

export interface Pairing {
  /** Those with most names first. */
  readonly pairs: readonly PolicyPair[];
  /** Policies that the config of one side alone has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** How many names are steered now alone. */
  readonly addedNames: number;
  /** Those that were steered before alone. */
  readonly removedNames: readonly RemovedName[];
}

export interface RemovedName {
  readonly name: string;
  /** Name of the policy that steered it. */
  readonly policy: string;
}

/** Pairs what is steered before with what is steered now, by owner name and by name of the policy. */
export function pairPolicies(before: Config, now: Config): Pairing {
  const [old, current] = [steeredNames(before), steeredNames(now)];
  const pairs = new Map<string, Draft>();
  const removedNames: RemovedName[] = [];
  for (const [key, { owner, steering }] of old) {
    const match = current.get(key);
    if (match === undefined)
      removedNames.push({ name: plainName(owner), policy: policyName(before, steering) });
    else addName(pairs, draftOf(before, steering, now, match.steering), owner);
  }
  const steeredNow = steeredPolicies(now, current);
  for (const [name, steering] of steeredPolicies(before, old)) {
    const match = steeredNow.get(name);
    if (match !== undefined) addName(pairs, draftOf(before, steering, now, match), undefined);
  }
  const [oldPolicies, policies] = [before, now].map((config) => config.policies.map(({ name }) => name));
  const kept = [...current.keys()].filter((key) => old.has(key)).length;
  return {
    pairs: [...pairs.values()]
      .map(({ first, count, ...pair }) => ({
        ...pair,
        names: { count, first: first === undefined ? undefined : plainName(first) },
      }))
      .sort((a, b) => b.names.count - a.names.count),
    added: without(policies!, oldPolicies!),
    removed: without(oldPolicies!, policies!),
    addedNames: current.size - kept,
    removedNames,
  };
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const out = new Set(others);
  return names.filter((name) => !out.has(name));
}

interface Steered {
  readonly owner: WireName;
  readonly steering: number;
}

function steeredNames({ zones }: Config): Map<string, Steered> {
  return new Map(
    zones.flatMap(({ steer }) =>
      steer.map(({ owner, steering }) => [nameKey(owner), { owner, steering }] as const),
    ),
  );
}

/** Policies that names are steered by, each with one of its steerings. */
function steeredPolicies(config: Config, names: ReadonlyMap<string, Steered>): Map<string, number> {
  return new Map([...names.values()].map(({ steering }) => [policyName(config, steering), steering]));
}

type Draft = Omit<PolicyPair, 'names'> & { first: WireName | undefined; count: number };

function draftOf(before: Config, beforeSteering: number, now: Config, nowSteering: number): Draft {
  return {
    ...{ before: policyName(before, beforeSteering), now: policyName(now, nowSteering) },
    ...{ beforeSteering, nowSteering, first: undefined, count: 0 },
  };
}

function addName(pairs: Map<string, Draft>, draft: Draft, owner: WireName | undefined): void {
  const key = JSON.stringify([draft.before, draft.now]);
  const pair = pairs.get(key) ?? draft;
  pairs.set(key, pair);
  if (owner === undefined) return;
  pair.first ??= owner;
  pair.count++;
}

function policyName({ steerings, policies }: Config, steering: number): string {
  return policies[steerings[steering]!.policy]!.name;
}

/** Without the final dot. */
function plainName(name: WireName): string {
  return formatName(name).replace(/(?<=.)\.$/, '');
}
