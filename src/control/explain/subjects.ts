import type { Policy, Tier, Use } from '../../config/policy-model.ts';
import { assert } from '../../runtime/assert.ts';
import { seedOf } from '../../steering/mix.ts';
import { CandidateField, GroupField, NodeKind, Order, SlotField, WalkField } from '../../steering/nodes.ts';
import { endpointOf, type Frame, type Member, membersOf, type Part, type Scene, useName } from './scene.ts';

/** What a slot of a walk stands for. */
export interface Subject {
  readonly name: string;
  /** What its node was grown for. */
  readonly use: Use;
  readonly region: number | undefined;
  readonly part: Part;
}

/** What each slot of the walk at `place` stands for, by its number; the config says what the tree leaves out. */
export function subjectsOf(scene: Scene, frame: Frame, place: number, use: Use): readonly Subject[] {
  if (!('policy' in use)) return poolSubjects(scene, frame, place, use);
  const policy = scene.config.policies[use.policy]!;
  const whole = (each: Use): Subject => wholeSubject(scene, frame, each);
  switch (policy.type) {
    case 'nearest':
    case 'latency':
      return regionSubjects(scene, frame, policy.from);
    case 'weighted':
      return weightedSubjects(scene, frame, place, policy);
    case 'hash':
      return policy.among.kind === 'list'
        ? policy.among.list.map(whole)
        : regionSubjects(scene, frame, policy.among.from);
    case 'failover':
      return tierSubjects(scene, frame, policy, scene.conditions.held(use.policy)?.tier);
    case 'multi':
      return slotsOf(scene, place).map((slot) => endpointSubject(scene, frame, slot, policy.from));
    default:
      assert(false, `no walk along slots is grown for ${policy.type}`);
  }
}

function weightedSubjects(
  scene: Scene,
  frame: Frame,
  place: number,
  { by }: Extract<Policy, { type: 'weighted' }>,
): readonly Subject[] {
  if (by.kind === 'shares')
    return by.shares.filter(({ weight }) => weight > 0).map(({ use }) => wholeSubject(scene, frame, use));
  const isWhole = scene.nodes[place + WalkField.ORDER] === Order.FIXED;
  return isWhole ? [wholeSubject(scene, frame, by.from)] : regionSubjects(scene, frame, by.from);
}

function regionSubjects(scene: Scene, frame: Frame, from: Use): Subject[] {
  return scene.config.regions.map(({ name }, region) => ({
    ...{ name, region, use: from },
    part: { members: membersOf(scene, frame, from, region), among: undefined },
  }));
}

/** The walk of a pool leaves out regions that give nothing: a slot is known by its seed. */
function poolSubjects(scene: Scene, frame: Frame, place: number, use: Use): Subject[] {
  const regions = regionSubjects(scene, frame, use);
  const bySeed = new Map(regions.map((subject) => [seedOf(subject.name), subject]));
  return slotsOf(scene, place).map((slot) => {
    const subject = bySeed.get(scene.nodes[slot + SlotField.SEED]!);
    assert(subject !== undefined, 'the seed of a region is that of its name');
    return subject;
  });
}

function wholeSubject(scene: Scene, frame: Frame, use: Use): Subject {
  const part = { members: membersOf(scene, frame, use), among: undefined };
  return { name: useName(scene, use), use, region: undefined, part };
}

/** `held`: of the one tier that the walk is of then. */
function tierSubjects(
  scene: Scene,
  frame: Frame,
  { tiers }: Extract<Policy, { type: 'failover' }>,
  held: number | undefined,
): readonly Subject[] {
  if (held === undefined) return tiers.map((tier, i) => tierSubject(scene, frame, tiers, tier, i));
  return [tierSubject(scene, frame, [tiers[held]!], tiers[held]!, held)];
}

function tierSubject(scene: Scene, frame: Frame, tiers: readonly Tier[], tier: Tier, index: number): Subject {
  if (!('endpoints' in tier)) {
    const whole = wholeSubject(scene, frame, tier);
    return { ...whole, name: `tier ${index + 1}, ${whole.name}` };
  }
  const { pool } = tier;
  const among = tiers.flatMap((each) => ('endpoints' in each && each.pool === pool ? each.endpoints : []));
  const members = tier.endpoints
    .map((endpoint): Member => ({ pool, endpoint }))
    .filter((member) => frame.only.has(endpointOf(scene, member).region));
  const regions = new Set(tier.endpoints.map((endpoint) => endpointOf(scene, { pool, endpoint }).region));
  const names = [...regions].map((region) => scene.config.regions[region]!.name).join(', ');
  return { name: `tier ${index + 1}, ${names}`, use: { pool }, region: undefined, part: { members, among } };
}

/** One endpoint of an ordered list, or all together. */
function endpointSubject(scene: Scene, frame: Frame, slot: number, from: Use): Subject {
  const whole = wholeSubject(scene, frame, from);
  const { nodes } = scene;
  const child = nodes[slot + SlotField.CHILD]!;
  const isOne = child > 0 && nodes[child] === NodeKind.GROUP && nodes[child + GroupField.COUNT] === 1;
  if (!isOne) return whole;
  const at = child + GroupField.CANDIDATES;
  const member = { pool: nodes[at + CandidateField.POOL]!, endpoint: nodes[at + CandidateField.ENDPOINT]! };
  const { name } = endpointOf(scene, member);
  return { ...whole, name, part: { members: [member], among: undefined } };
}

/** Places of the slots of a walk. */
export function slotsOf({ nodes }: Scene, place: number): number[] {
  const count = nodes[place + WalkField.COUNT]!;
  return Array.from({ length: count }, (_, i) => place + WalkField.SLOTS + i * SlotField.SIZE);
}
