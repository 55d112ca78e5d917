import type { Config } from '../../../config/model.ts';
import type { Policy, Use } from '../../../config/policy-model.ts';
import { RrType } from '../../../dns/constants.ts';
import { assert } from '../../../runtime/assert.ts';
import { limits } from '../../../runtime/limits.ts';
import { VOID } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import type { Conditions } from '../conditions.ts';
import { growBody } from './body.ts';
import { contextKey, type GrowContext } from './context.ts';
import { growFinal, growHanding, handsOn } from './final.ts';
import type { Grow } from './grow.ts';
import { findMembers, hasKind, type Members } from './members.ts';
import type { CandidateWords, NodeWriter } from './node-writer.ts';
import { growPool } from './pool.ts';
import { growResidency } from './residency.ts';
import { policyTtl } from './ttl.ts';

/** Grows the trees of one rotation; equal ones are grown once. Places are 0 where a tree would give nothing. */
export class Grower implements Grow {
  readonly config: Config;
  readonly conditions: Conditions;
  readonly writer: NodeWriter;
  private readonly places = new Map<string, number>();
  private readonly groups = new Map<string, number>();
  private readonly members = new Map<string, Members>();
  private readonly ttls = new Map<number, number>();
  private readonly giving = new Set<number>();
  private depth = 0;

  constructor(config: Config, conditions: Conditions, writer: NodeWriter) {
    this.config = config;
    this.conditions = conditions;
    this.writer = writer;
  }

  use(use: Use, context: GrowContext): number {
    const key = `${'pool' in use ? 'o' : 'y'}${'pool' in use ? use.pool : use.policy} ${contextKey(context)}`;
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

  /** As `use`, and VOID where only the other family could be served. */
  slot(use: Use, context: GrowContext): number {
    const own = this.use(use, { ...context, rule: undefined });
    if (own !== 0 || context.families === 'apart') return own;
    return this.use(use, { ...context, kind: otherFamily(context.kind), rule: undefined }) === 0 ? 0 : VOID;
  }

  /** As `group`, and VOID where the pool has both families to serve, but only the other one in these regions. */
  groupSlot(
    pool: number,
    context: GrowContext,
    even: boolean,
    among?: readonly number[],
    members?: readonly number[],
  ): number {
    const own = this.group(pool, context, even, among);
    if (own !== 0 || !this.staysTogether(pool, context, members)) return own;
    const kind = otherFamily(context.kind);
    return this.group(pool, { ...context, kind }, even, among) === 0 ? 0 : VOID;
  }

  /** The group of those endpoints of a pool that may serve in these regions; `even`: with equal weights. */
  group(pool: number, context: GrowContext, even: boolean, among?: readonly number[]): number {
    const key = `${pool} ${contextKey({ ...context, rule: undefined })} ${even ? 'e' : 'w'} ${listKey(among)}`;
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const { serving, endpoints } = this.membersOf(pool, context, among);
    const candidates = this.candidates(pool, endpoints, context, even);
    const place = candidates.length === 0 ? 0 : this.writer.group({ policy: -1, serving }, candidates);
    if (place !== 0) this.gives(place);
    this.groups.set(key, place);
    return place;
  }

  /**
   * Which endpoints of a pool may serve: of both families where they stay together, and the best state is looked for among
   * both; of one alone where the other has nothing usable, so that its rule for that case holds.
   */
  membersOf(pool: number, context: GrowContext, among?: readonly number[]): Members {
    const both = this.membersOfKind(pool, context, undefined, among);
    if (context.families === 'together' && this.hasBoth(pool, both)) return both;
    return this.membersOfKind(pool, context, context.kind, among);
  }

  /** Whether a region that lacks a family ends the walk for it. */
  staysTogether(pool: number, context: GrowContext, among?: readonly number[]): boolean {
    if (context.families === 'apart') return false;
    return this.hasBoth(pool, this.membersOfKind(pool, context, undefined, among));
  }

  private hasBoth(pool: number, { endpoints }: Members): boolean {
    const all = this.config.pools[pool]!.endpoints;
    return [RecordKind.A, RecordKind.AAAA].every((kind) => endpoints.some((i) => hasKind(all[i]!, kind)));
  }

  private membersOfKind(
    pool: number,
    { mode, within }: GrowContext,
    kind: RecordKind | undefined,
    among: readonly number[] | undefined,
  ): Members {
    const key = `${pool} ${mode} ${within.key} ${kind ?? ''} ${listKey(among)}`;
    let members = this.members.get(key);
    if (members === undefined) {
      members = findMembers(this.config, this.conditions, { pool, mode, within, kind, among });
      this.members.set(key, members);
    }
    return members;
  }

  /** Longest TTL of what a policy answers now, seconds. */
  ttlOf(policy: number): number {
    let ttl = this.ttls.get(policy);
    if (ttl === undefined) {
      ttl = policyTtl(this.config, this.conditions, policy);
      this.ttls.set(policy, ttl);
    }
    return ttl;
  }

  /** Notes that a node always gives something, whoever asks, or is the end. */
  gives(place: number): number {
    this.giving.add(place);
    return place;
  }

  alwaysGives(place: number): boolean {
    return place === VOID || this.giving.has(place);
  }

  private policy(index: number, context: GrowContext): number {
    const policy = this.config.policies[index]!;
    const own = { ...context, families: policy.families };
    if (policy.residency !== undefined) return growResidency(this, index, policy.residency, own);
    return this.unrestricted(index, policy, own);
  }

  /** A policy without its residency. */
  unrestricted(index: number, policy: Policy, context: GrowContext): number {
    if (context.rule === undefined) return growBody(this, index, policy, context);
    if (handsOn(policy)) return growHanding(this, index, policy, context);
    return growFinal(this, index, context, (mode) =>
      growBody(this, index, policy, { ...context, mode, rule: undefined }),
    );
  }

  private candidates(
    pool: number,
    endpoints: readonly number[],
    { kind, only }: GrowContext,
    even: boolean,
  ): CandidateWords[] {
    const all = this.config.pools[pool]!.endpoints;
    const fitting = endpoints.filter((i) => only.has(all[i]!.region) && hasKind(all[i]!, kind));
    // Without a weight among them they share evenly: nobody else is left.
    const isEven = even || fitting.every((i) => all[i]!.weight === 0);
    return fitting
      .filter((i) => isEven || all[i]!.weight > 0)
      .map((endpoint) => {
        const { region, weight, address } = all[endpoint]!;
        const record = this.writer.record(kind === RecordKind.A ? RrType.A : RrType.AAAA, address.bytes);
        return { weight: isEven ? 1 : weight, region, pool, endpoint, record };
      });
  }
}

function otherFamily(kind: RecordKind): RecordKind {
  return kind === RecordKind.A ? RecordKind.AAAA : RecordKind.A;
}

/** An empty list is not the same as none. */
function listKey(list: readonly number[] | undefined): string {
  return list === undefined ? '' : `[${list.join()}]`;
}
