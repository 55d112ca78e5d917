import type { Config } from '../config/model.ts';
import { GeoMap } from '../geo/map.ts';
import { healthAlone } from '../snapshot/compile/conditions.ts';
import { buildRotation } from '../snapshot/compile/rotation-builder.ts';
import { EntryField, RecordKind, Rotation } from '../snapshot/rotation.ts';
import { Asker } from '../steering/asker.ts';
import { Choice } from '../steering/choice.ts';
import { Decider } from '../steering/evaluate.ts';
import { mix } from '../steering/mix.ts';
import { CandidateField } from '../steering/nodes.ts';
import { OwnerView } from '../steering/owners.ts';

/** What one of the two configs came to. */
export interface SideParts {
  readonly config: Config;
  readonly views: readonly SharedArrayBuffer[];
  readonly owners: readonly SharedArrayBuffer[];
}

/** Clients of no region: none answered, or an address that belongs to none. */
export const NO_REGION = -1;

/** One config with everything up, asked as the data plane asks it. */
export class Side {
  readonly config: Config;
  /** The longest scope that the last answer needed. */
  scope = 0;
  private readonly rotation: Rotation;
  private readonly decider = new Decider();
  private readonly asker = new Asker();
  private readonly choice = new Choice();

  constructor({ config, views, owners }: SideParts, nowMs: number) {
    this.config = config;
    const conditions = healthAlone(
      nowMs,
      () => 'up',
      () => true,
    );
    const uncounted = { answers: () => 0, refusals: () => 0 };
    this.rotation = new Rotation(buildRotation(config, conditions, uncounted));
    this.decider.words = this.rotation.words;
    this.decider.views = views.map((view) => new GeoMap(view));
    this.decider.owners = owners.map((table) => new OwnerView(table));
  }

  /** The policies that names are steered by: name → the entry that stands for it. */
  policies(): Map<string, number> {
    const found = new Map<string, number>();
    for (const [index, { policy }] of this.config.steerings.entries()) {
      const { name } = this.config.policies[policy]!;
      if (!found.has(name)) found.set(name, this.rotation.entry(index));
    }
    return found;
  }

  /**
   * The region of the first address that a client of this network gets, as an index of the config, or NO_REGION. Where both
   * families have none, neither is what is asked for: IPv4 for IPv4 clients, IPv6 for the others, the other one if that is empty.
   */
  regionOf(entry: number, family: 4 | 6, words: Uint32Array, label: Uint8Array): number {
    const { asker } = this;
    asker.family = family;
    asker.w0 = words[0]!;
    asker.w1 = words[1]!;
    asker.w2 = 0;
    asker.w3 = 0;
    asker.name = label;
    asker.labelAt = 0;
    // The same draw on both sides: only what the configs decide differently moves.
    asker.drawSeed = mix(mix(words[0]! ^ 0x5bd1e995) ^ words[1]!);
    const own = family === 4 ? RecordKind.A : RecordKind.AAAA;
    const other = family === 4 ? RecordKind.AAAA : RecordKind.A;
    this.scope = 0;
    const region = this.ask(entry, own);
    return region === NO_REGION ? this.ask(entry, other) : region;
  }

  private ask(entry: number, kind: RecordKind): number {
    const { asker, choice, decider, rotation } = this;
    const root = rotation.words[entry + EntryField.ROOTS + kind]!;
    choice.count = 0;
    asker.begin();
    decider.evaluate(root, 1, asker, choice);
    this.scope = Math.max(this.scope, asker.scope);
    return choice.count === 0
      ? NO_REGION
      : rotation.words[choice.candidates[0]! + CandidateField.REGION]!;
  }
}
