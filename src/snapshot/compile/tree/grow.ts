import type { Config } from '../../../config/model.ts';
import type { Policy, Use } from '../../../config/policy-model.ts';
import type { Conditions } from '../conditions.ts';
import type { GrowContext } from './context.ts';
import type { Members } from './members.ts';
import type { NodeWriter } from './node-writer.ts';

/** What the growing of one policy may ask of the whole (`grower.ts`). Places are 0 where a tree would give nothing. */
export interface Grow {
  readonly config: Config;
  readonly conditions: Conditions;
  readonly writer: NodeWriter;
  use(use: Use, context: GrowContext): number;
  /** As `use`, without a rule of its own, and VOID where only the other family could be served. */
  slot(use: Use, context: GrowContext): number;
  /**
   * As `group`, and VOID where the pool, or those of it that are `members`, has both families to serve, but only the other
   * one here.
   */
  groupSlot(
    pool: number,
    context: GrowContext,
    even: boolean,
    among?: readonly number[],
    members?: readonly number[],
  ): number;
  group(pool: number, context: GrowContext, even: boolean, among?: readonly number[]): number;
  membersOf(pool: number, context: GrowContext, among?: readonly number[]): Members;
  unrestricted(index: number, policy: Policy, context: GrowContext): number;
  ttlOf(policy: number): number;
  gives(place: number): number;
  alwaysGives(place: number): boolean;
}
