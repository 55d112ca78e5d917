import type { Policy } from '../../config/policy-model.ts';
import { Order, SHARE_ALL, SlotField, WalkField } from '../../steering/nodes.ts';
import { scoreOf } from '../../steering/walk.ts';
import type { ExplainedOption, ExplainedStep, OptionOutcome } from '../explanation.ts';
import { hashedWords } from './asker-words.ts';
import { whyEmpty, whyNotEligible } from './eligible.ts';
import { percent } from './endpoints-step.ts';
import { heldWords, noteHeldBack } from './held-words.ts';
import { type How, memberKey, membersOf, note, type Scene, type Tell, type Way } from './scene.ts';
import { type Subject, slotsOf, subjectsOf } from './subjects.ts';
import type { TracedNode, Visit } from './traced.ts';
import { rankingWords, regionMeasure } from './view-words.ts';

/** A walk along regions, tiers, pools, policies or endpoints. */
export function walkStep(scene: Scene, node: TracedNode, way: Way, tell: Tell): ExplainedStep {
  const { config } = scene;
  const { use } = way;
  const policy = 'policy' in use ? config.policies[use.policy]! : undefined;
  const subjects = subjectsOf(scene, way.frame, node.place, use);
  const walk: Walk = {
    scene,
    node,
    way,
    tell,
    policy,
    order: scene.nodes[node.place + WalkField.ORDER]! as Order,
  };
  noteOutsiders(walk, subjects);
  const options = slotOrder(walk, subjects).map(({ slot, index, position }) =>
    slotOption(walk, slot, subjects[index]!, position),
  );
  return {
    kind: policy?.type ?? 'pool',
    name: policy?.name ?? ('pool' in use ? config.pools[use.pool]!.name : undefined),
    by: orderWords(walk),
    gave: node.gave,
    options,
    next: undefined,
  };
}

/** Endpoints of a failover's pools that stand in no tier. */
function noteOutsiders({ scene, way, policy }: Walk, subjects: readonly Subject[]): void {
  if (policy?.type !== 'failover') return;
  const index = 'policy' in way.use ? way.use.policy : -1;
  if (heldWords(scene, index) !== undefined) {
    noteHeldBack(
      scene,
      way.frame,
      index,
      policy,
      subjects.flatMap(({ part }) => part.members),
    );
    return;
  }
  const inside = new Set(subjects.flatMap(({ part }) => part.members.map(memberKey)));
  const pools = policy.tiers.flatMap((tier) => ('endpoints' in tier ? tier.pool : []));
  for (const pool of new Set(pools))
    for (const member of membersOf(scene, way.frame, { pool }))
      if (!inside.has(memberKey(member))) note(scene, member, whyNotEligible(scene, way.frame, member, [])!);
}

interface Walk {
  readonly scene: Scene;
  readonly node: TracedNode;
  readonly way: Way;
  readonly tell: Tell;
  /** Undefined: a pool by itself. */
  readonly policy: Policy | undefined;
  readonly order: Order;
}

interface OrderedSlot {
  /** Its place, and its number in the walk. */
  readonly slot: number;
  readonly index: number;
  /** From 1, in the order in which the walk comes by. */
  readonly position: number;
}

/** The slots as the walk comes by them, those too that it knows to be empty; not those that stand for no endpoint. */
function slotOrder({ scene, node, order }: Walk, subjects: readonly Subject[]): OrderedSlot[] {
  const { nodes, views } = scene;
  const slots = slotsOf(scene, node.place);
  const hasMembers = (index: number): boolean => subjects[index]!.part.members.length > 0;
  const placed = (indexes: readonly number[]): OrderedSlot[] =>
    indexes.map((index, i) => ({ slot: slots[index]!, index, position: i + 1 }));
  if (order === Order.VIEW) {
    // A ranking is of all regions: a place in it says how far a region is, whoever else has endpoints.
    const { rankings, regionCount } = views[nodes[node.place + WalkField.VIEW]!]!;
    const ranking = rankings.subarray(node.detail * regionCount, (node.detail + 1) * regionCount);
    return placed([...ranking]).filter(({ index }) => hasMembers(index));
  }
  if (order === Order.FIXED) return placed([...slots.keys()]).filter(({ index }) => hasMembers(index));
  const scores = slots.map((slot) => scoreOf(nodes, slot, node.detail));
  const indexes = [...slots.keys()].filter(hasMembers);
  return placed(indexes.sort((a, b) => scores[b]! - scores[a]! || a - b));
}

function slotOption(walk: Walk, slot: number, subject: Subject, position: number): ExplainedOption {
  const { scene, node, way, tell } = walk;
  const visit = node.visits.findLast((each) => each.slot === slot);
  const child = scene.nodes[slot + SlotField.CHILD]!;
  const words = placeWords(walk, position);
  const outcome = outcomeOf(visit, child);
  const { frame } = way;
  const { members, among } = subject.part;
  if (outcome !== 'taken' && outcome !== 'last-resort')
    for (const member of members)
      note(scene, member, whyNotEligible(scene, frame, member, among) ?? passedWords(outcome, words));
  const inner = { frame, use: subject.use, how: words, part: subject.part, residency: 'ahead' } as const;
  const step = visit?.node && tell(scene, visit.node, inner);
  return { name: subject.name, outcome, measure: measureOf(walk, slot, subject), why: why(), step };

  function why(): string | undefined {
    if (outcome === 'empty') return step === undefined ? whyEmpty(scene, frame, members, among) : undefined;
    if (outcome === 'other-family') return passedWords(outcome, words);
    if (outcome === 'not-asked') return words.passed;
    return shareWords(walk, slot, subject, outcome);
  }
}

function outcomeOf(visit: Visit | undefined, child: number): OptionOutcome {
  if (visit === undefined) return child === 0 ? 'empty' : 'not-asked';
  switch (visit.outcome) {
    case 'taken':
      return visit.lastResort ? 'last-resort' : 'taken';
    case 'void':
      return 'other-family';
    case 'ended':
      return 'empty';
    default:
      return visit.outcome;
  }
}

/** How one that stands so in the order is spoken of. */
interface PlaceWords extends How {
  /** Of one that was not asked. */
  readonly passed: string;
}

function passedWords(outcome: OptionOutcome, { passed }: PlaceWords): string {
  if (outcome === 'not-let-in') return 'its region does not let this client in';
  if (outcome === 'other-family')
    return 'its region serves the other family only, and families stay together';
  return outcome === 'empty' ? 'nothing behind it serves this client' : passed;
}

function placeWords({ scene, node, way, policy, order }: Walk, position: number): PlaceWords {
  const drawn = { chosen: 'drawn by weight', peer: 'not drawn this time', passed: 'not drawn this time' };
  const peer = 'same region, not drawn this time';
  if (order === Order.VIEW) {
    const isPlaced = node.detail !== 0 || scene.place !== undefined;
    const first = policy?.type === 'latency' ? 'fastest region' : 'nearest region';
    const by = policy?.type === 'latency' ? 'by latency' : 'by distance';
    const place = isPlaced ? `region ${position} ${by}` : `region ${position} of the config`;
    const chosen = isPlaced && position === 1 ? first : place;
    const inside = policy?.type === 'weighted' ? ', drawn by weight inside it' : '';
    return { chosen: chosen + inside, peer, passed: `farther: ${place}` };
  }
  if (order === Order.PREFIX || order === Order.LABEL) {
    const place = `place ${position} by the hash of ${hashedWords(scene.asker, order)}`;
    return { chosen: place, peer, passed: `later: ${place}` };
  }
  const held = 'policy' in way.use ? scene.conditions.held(way.use.policy)?.tier : undefined;
  if (policy?.type === 'failover' && held !== undefined) {
    const chosen = `in tier ${held + 1}, the one in service`;
    return { chosen, peer: 'same tier, not drawn this time', passed: chosen };
  }
  if (policy?.type === 'failover') {
    return {
      chosen: `in tier ${position}, the first with a usable endpoint`,
      peer: 'same tier, not drawn this time',
      passed: `standby: tier ${position}`,
    };
  }
  if (policy?.type === 'multi' && policy.order === 'ordered') {
    const chosen = `endpoint ${position} in the order of the pool`;
    return { chosen, peer: 'not drawn this time', passed: `${chosen}: the answer was full` };
  }
  return drawn;
}

function orderWords({ scene, node, way, policy, order }: Walk): string {
  switch (order) {
    case Order.VIEW:
      return rankingWords(scene, scene.nodes[node.place + WalkField.VIEW]!, node.detail);
    case Order.PREFIX:
    case Order.LABEL:
      return `by the hash of ${hashedWords(scene.asker, order)}`;
    case Order.DRAW:
      return 'drawn by weight';
    case Order.FIXED:
      if (policy?.type !== 'failover') return fixedWords(policy);
      return (
        ('policy' in way.use ? heldWords(scene, way.use.policy) : undefined) ??
        'the first tier that has anything usable'
      );
  }
}

function fixedWords(policy: Policy | undefined): string {
  const isOrdered = policy?.type === 'multi' && policy.order === 'ordered';
  return isOrdered ? 'in the order of the pool' : `up to ${policy?.answers ?? 1}, drawn by weight`;
}

/** Where it stands: distance or time of a region, the chance in a draw. */
function measureOf({ scene, node, order }: Walk, slot: number, { region }: Subject): string | undefined {
  const { nodes } = scene;
  if (order === Order.VIEW && region !== undefined)
    return regionMeasure(scene, nodes[node.place + WalkField.VIEW]!, region);
  if (order !== Order.DRAW || nodes[slot + SlotField.CHILD] === 0) return undefined;
  const able = slotsOf(scene, node.place).filter((each) => nodes[each + SlotField.CHILD] !== 0);
  const sum = able.reduce((total, each) => total + nodes[each + SlotField.WEIGHT]!, 0);
  return sum === 0 || able.length === 1 ? undefined : percent(nodes[slot + SlotField.WEIGHT]!, sum);
}

/** Of a slot that lets in a part of the clients. */
function shareWords(
  { scene }: Walk,
  slot: number,
  { use, region }: Subject,
  outcome: OptionOutcome,
): string | undefined {
  const share = scene.nodes[slot + SlotField.SHARE]!;
  if (share >= SHARE_ALL) return undefined;
  const cause = 'pool' in use && region !== undefined ? scene.words.share(use.pool, region) : undefined;
  const who = outcome === 'taken' ? 'this one too' : 'not this one';
  const last = outcome === 'last-resort' ? '; but nobody else does' : '';
  return `lets in ${percent(share, SHARE_ALL)} of the clients, ${who}${last}${cause === undefined ? '' : ` (${cause})`}`;
}
