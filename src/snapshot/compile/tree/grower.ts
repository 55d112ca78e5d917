import type { Config } from '../../../config/model.ts';
import type { Policy, Use } from '../../../config/policy-model.ts';
import { assert } from '../../../runtime/assert.ts';
import { limits } from '../../../runtime/limits.ts';
import { VOID } from '../../../steering/nodes.ts';
import type { Conditions } from '../conditions.ts';
import { growBody } from './body.ts';
import { contextKey, type GrowContext } from './context.ts';
import { growFinal, growHanding, handsOn } from './final.ts';
import type { Grow } from './grow.ts';
import type { NodeWriter } from './node-writer.ts';
import { growPool } from './pool.ts';
import { isTogether, otherFamily, PoolGroups } from './pool-groups.ts';
import { recordBook } from './record-book.ts';
import { growResidency } from './residency.ts';
import { policyTtl } from './ttl.ts';

/** Grows the trees of one rotation; equal ones are grown once. Places are 0 where a tree would give nothing. */
export class Grower implements Grow {
  readonly config: Config;
  readonly conditions: Conditions;
  readonly writer: NodeWriter;
  readonly groups: PoolGroups;
  private readonly places = new Map<string, number>();
  private readonly ttls = new Map<number, number>();
  private depth = 0;

  constructor(config: Config, conditions: Conditions, writer: NodeWriter) {
    this.config = config;
    this.conditions = conditions;
    this.writer = writer;
    this.groups = new PoolGroups(config, conditions, writer, recordBook(config));
  }

  use(use: Use, context: GrowContext): number {
    const what = 'pool' in use ? `o${use.pool}` : `y${use.policy}`;
    const key = `${what} ${context.rule ?? ''} ${contextKey(context)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    // The config has no cycles and a bound on depth: what gets here is a fault of ours.
    assert(this.depth <= 2 * limits.policyDepth, 'policies are nested within bounds');
    this.depth++;
    const place = 'pool' in use ? growPool(this, use.pool, context) : this.policy(use.policy, context);
    this.depth--;
    this.places.set(key, place);
    return place;
  }

  slot(use: Use, context: GrowContext): number {
    return this.orVoid({ ...context, rule: undefined }, (each) => this.use(use, each));
  }

  orVoid(context: GrowContext, grown: (context: GrowContext) => number): number {
    const own = grown(context);
    if (own !== 0 || !isTogether(context)) return own;
    return grown(otherFamily(context)) === 0 ? 0 : VOID;
  }

  ttlOf(policy: number): number {
    let ttl = this.ttls.get(policy);
    if (ttl === undefined) {
      ttl = policyTtl(this.config, this.conditions, policy);
      this.ttls.set(policy, ttl);
    }
    return ttl;
  }

  unrestricted(index: number, policy: Policy, context: GrowContext): number {
    const key = `u${index} ${context.rule ?? ''} ${contextKey(context)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const place = this.grown(index, policy, context);
    this.places.set(key, place);
    return place;
  }

  private grown(index: number, policy: Policy, context: GrowContext): number {
    if (context.rule === undefined) return growBody(this, index, policy, context);
    if (handsOn(policy)) return growHanding(this, index, policy, context);
    return growFinal(this, index, context, (mode) =>
      growBody(this, index, policy, { ...context, mode, rule: undefined }),
    );
  }

  private policy(index: number, context: GrowContext): number {
    const policy = this.config.policies[index]!;
    const own = { ...context, families: policy.families };
    if (policy.residency !== undefined) return growResidency(this, index, policy.residency, own);
    return this.unrestricted(index, policy, own);
  }
}
