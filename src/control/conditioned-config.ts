import type { Maintenance } from '../config/model.ts';
import type { Capacity, Floor, Override } from '../config/policy-model.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';

/** What of a config conditions are composed from: a `Config` is one. */
export interface ConditionedConfig {
  readonly regions: readonly {
    readonly name: string;
    readonly latitude: number;
    readonly longitude: number;
  }[];
  readonly pools: readonly ConditionedPool[];
  readonly overrides: readonly Override[];
  readonly maintenance: readonly Maintenance[];
}

export interface ConditionedPool {
  readonly name: string;
  readonly endpoints: readonly { readonly name: string; readonly region: number; readonly weight: number }[];
  readonly minUp: number | undefined;
  readonly floor: Floor | undefined;
  readonly rampMs: number | undefined;
  readonly capacities: readonly Capacity[];
}

/** Health's own word, and what hosts resolve to, by the indexes of the config. */
export type HealthView = Pick<Conditions, 'state' | 'wasGood' | 'calmMs' | 'hostAddresses'>;
