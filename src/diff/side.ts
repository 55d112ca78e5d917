import type { Config } from '../config/model.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import { buildRotation } from '../snapshot/compile/rotation-builder.ts';
import { Rotation } from '../snapshot/rotation.ts';
import type { Shared } from './shared.ts';
import { type Numbering, readTree, type Tree } from './tree.ts';

/** What one of the two configs came to. */
export interface SideParts {
  readonly config: Config;
  /** One map for each view of the config. */
  readonly views: readonly SharedArrayBuffer[];
  /** The config's tables of owners, flat. */
  readonly owners: readonly SharedArrayBuffer[];
  /** What stands above the config: all endpoints up, at some moment. */
  readonly conditions: Conditions;
}

/** One of the two configs, with what it decides. */
export class Side {
  readonly config: Config;
  private readonly rotation: Rotation;
  private readonly numbering: Numbering;

  constructor({ config, views, owners, conditions }: SideParts, shared: Shared) {
    this.config = config;
    const uncounted = { answers: () => 0, refusals: () => 0 };
    this.rotation = new Rotation(buildRotation(config, conditions, uncounted));
    const regionNames = config.regions.map(({ name }) => name);
    this.numbering = {
      regions: regionNames.map((name) => shared.region(name)),
      views: views.map((view) => shared.view(view)),
      owners: owners.map((table, i) => shared.owner(table, [...config.owners[i]!.owners.keys()])),
      policies: config.policies.map(({ name }) => name),
      regionNames,
      pools: config.pools,
      spot: (spot) => shared.spot(spot),
    };
  }

  /** The tree of one of the config's steerings. `alias`: the name of a policy, and the one that it is taken for. */
  tree(steering: number, alias?: { readonly of: string; readonly as: string }): Tree {
    const policies = this.numbering.policies.map((name) => (name === alias?.of ? alias.as : name));
    return readTree(this.rotation, this.rotation.entry(steering), { ...this.numbering, policies });
  }
}
