import type { Config } from '../../../config/model.ts';
import type { Policy, Use } from '../../../config/policy-model.ts';
import type { Conditions } from '../conditions.ts';
import type { GrowContext } from './context.ts';
import type { NodeWriter } from './node-writer.ts';
import type { PoolGroups } from './pool-groups.ts';

/** What the growing of one policy may ask of the whole (`grower.ts`). Places are 0 where a tree would give nothing. */
export interface Grow {
  readonly config: Config;
  readonly conditions: Conditions;
  readonly writer: NodeWriter;
  readonly groups: PoolGroups;
  use(use: Use, context: GrowContext): number;
  /** As `use`, without a rule of its own, and VOID where only the other family could be served. */
  slot(use: Use, context: GrowContext): number;
  /** What is grown, VOID where that is nothing but would be something for the other family. */
  orVoid(context: GrowContext, grown: (context: GrowContext) => number): number;
  /** A policy without its residency. */
  unrestricted(index: number, policy: Policy, context: GrowContext): number;
  /** Longest TTL of what a policy answers now, seconds. */
  ttlOf(policy: number): number;
}
