import { limits } from '../runtime/limits.ts';
import { Asker } from '../steering/asker.ts';
import { Choice } from '../steering/choice.ts';
import { Decider } from '../steering/evaluate.ts';
import { mix } from '../steering/mix.ts';
import { CandidateField } from '../steering/nodes.ts';
import type { ClientGroup } from './clients.ts';
import type { Shared } from './shared.ts';
import { RootField, type Tree } from './tree.ts';

/** In place of a spot: none answered, or an address that belongs to no region. */
const NO_SPOT = -1;

/** What part of a group's clients (0 … 1) is given this spot before and that spot now; numbers of `Shared`. */
export interface Outcome {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** One number for two spots, or two regions: exact as a double below 2²⁴ of them. */
export function pairKey(from: number, to: number): number {
  return (from - NO_SPOT) * 2 ** 24 + to - NO_SPOT;
}

/** Asks two trees what they give the same clients: same draws, same hashes, same labels. */
export class Outcomes {
  private readonly before: Asking;
  private readonly now: Asking;
  private readonly labels: readonly Uint8Array[];
  private readonly isSampled: boolean;
  /** Rises with each sample: no two are alike, and two runs are. */
  private sample = 0;

  constructor(before: Tree, now: Tree, shared: Shared) {
    this.before = new Asking(before, shared);
    this.now = new Asking(now, shared);
    const byLabel = before.byLabel || now.byLabel;
    this.labels = byLabel ? labelsOf([before, now], shared) : [Uint8Array.of(0)];
    this.isSampled = byLabel || before.byChance || now.byChance;
  }

  /** Of the group to which the fixed views of `Shared` are set. `share`: its part of all clients of its family. */
  of({ family }: ClientGroup, share: number): Outcome[] {
    if (!this.isSampled) {
      const [from, to] = this.ask(family);
      return [{ from, to, share: 1 }];
    }
    const count = this.samplesFor(share);
    const found = new Map<number, { from: number; to: number; count: number }>();
    for (let i = 0; i < count; i++) {
      this.sample = (this.sample + 1) >>> 0;
      const [from, to] = this.ask(family);
      const key = pairKey(from, to);
      const outcome = found.get(key);
      if (outcome === undefined) found.set(key, { from, to, count: 1 });
      else outcome.count++;
    }
    return [...found.values()].map(({ from, to, count: own }) => ({ from, to, share: own / count }));
  }

  /** In proportion to the group, and each label as often as the others where there is room for it. */
  private samplesFor(share: number): number {
    const wanted = Math.max(limits.diffGroupSamples, Math.ceil(share * limits.diffSamples));
    const { length } = this.labels;
    return length <= wanted ? length * Math.ceil(wanted / length) : wanted;
  }

  private ask(family: 4 | 6): readonly [number, number] {
    const label = this.labels[this.sample % this.labels.length]!;
    return [this.before.spotOf(family, this.sample, label), this.now.spotOf(family, this.sample, label)];
  }
}

/** One tree, asked as the data plane asks it. */
class Asking {
  private readonly words: Int32Array;
  private readonly decider = new Decider();
  private readonly asker = new Asker();
  private readonly choice = new Choice();

  constructor({ words }: Tree, shared: Shared) {
    this.words = words;
    this.decider.words = words;
    this.decider.views = shared.views.map(({ fixed }) => fixed);
    this.decider.owners = shared.owners.map(({ table }) => table);
  }

  /**
   * The spot of the first address for a client of a family, whose prefix and draw come from `sample`. IPv4 clients ask
   * for A, IPv6 clients for AAAA, and for the other where that has nothing for them; an alias answers both.
   */
  spotOf(family: 4 | 6, sample: number, label: Uint8Array): number {
    const { asker, words } = this;
    asker.family = family;
    const prefix = mix(sample ^ 0x5bd1e995);
    // Ordinary addresses: none of 2a00::/8 carries an IPv4 one.
    asker.w0 = family === 4 ? prefix >>> 0 : 0x2a000000 | (prefix >>> 8);
    asker.w1 = family === 4 ? 0 : mix(prefix) >>> 0;
    asker.name = label;
    asker.drawSeed = mix(sample + 0x3c6ef372);
    if (words[RootField.CNAME] !== 0) return this.evaluate(words[RootField.CNAME]!);
    const [own, other] = family === 4 ? [RootField.A, RootField.AAAA] : [RootField.AAAA, RootField.A];
    const spot = this.evaluate(words[own]!);
    return spot === NO_SPOT ? this.evaluate(words[other]!) : spot;
  }

  private evaluate(root: number): number {
    const { asker, choice, decider } = this;
    choice.count = 0;
    asker.begin();
    if (root !== 0) decider.evaluate(root, 1, asker, choice);
    if (choice.count === 0) return NO_SPOT;
    return this.words[choice.candidates[0]! + CandidateField.REGION]!;
  }
}

/** Labels that are made up where no table of owners has any. */
const MADE_UP = 1_024;

function labelsOf(trees: readonly Tree[], shared: Shared): Uint8Array[] {
  const tables = new Set(trees.flatMap(({ owners }) => [...owners]));
  const owned = new Set([...tables].flatMap((table) => [...shared.owners[table]!.labels]));
  const texts =
    owned.size > 0
      ? [...owned].slice(0, limits.diffLabels)
      : Array.from({ length: MADE_UP }, (_, i) => `name-${i}`);
  return texts.map((text) => Uint8Array.from([text.length, ...Buffer.from(text, 'latin1')]));
}
