import type { Policy } from '../../config/policy-model.ts';
import { handsOn } from '../../snapshot/compile/tree/final.ts';
import {
  CandidateField,
  GroupField,
  NodeHeader,
  NodeKind,
  SlotField,
  WalkField,
} from '../../steering/nodes.ts';
import { type Scene, useName, type Way } from './scene.ts';
import { leavesUnder, modeOf, servingUnder, servingWords } from './serving-words.ts';
import type { TracedNode } from './traced.ts';

/** What was asked one behind the other for one policy or pool. */
export interface Stage {
  readonly role: 'body' | 'fallback' | 'all-down' | 'residency';
  /** Undefined: it was known to be empty, and is not in the tree; or the trace ends before it. */
  readonly node: TracedNode | undefined;
  readonly way: Way;
  /** What to say of the step to this stage. */
  readonly text: string;
}

/**
 * The stages that a node stands for. A tree that can come out empty is chained with what follows then: the policy's
 * fallback, its `all-down`, the refusal of its residency (`snapshot/compile/tree/final.ts`, `residency.ts`); of what is
 * known to be empty only the rest of the chain was grown.
 */
export function stagesOf(scene: Scene, node: TracedNode, way: Way): Stage[] {
  const stages: Stage[] = [];
  let at: TracedNode | undefined = node;
  while (at !== undefined) {
    const isFirst: boolean = stages.length === 0;
    const isChain: boolean = leadsOn(scene, at, way);
    const role: Stage['role'] = isChain
      ? linkRole(scene, at, way, isFirst)
      : endRole(scene, at, way, isFirst);
    if (isFirst && role !== 'body') stages.push({ role: 'body', node: undefined, way, text: '' });
    stages.push(stageOf(scene, role, at, isChain, way));
    at = isChain ? at.next : undefined;
  }
  return stages;
}

/** Whether a node is a link of a chain: with a fallback, or in the place of a map that names nothing. */
function leadsOn({ nodes, config }: Scene, { place }: TracedNode, { use }: Way): boolean {
  if (nodes[place + NodeHeader.FALLBACK] !== 0) return true;
  const isMap = 'policy' in use && config.policies[use.policy]!.type === 'geo';
  return isMap && nodes[place] === NodeKind.WALK && nodes[place + NodeHeader.POLICY] === use.policy;
}

function stageOf(scene: Scene, role: Stage['role'], at: TracedNode, isChain: boolean, way: Way): Stage {
  const visit = isChain ? at.visits.findLast((each) => each.node !== undefined) : undefined;
  const node = isChain ? visit?.node : at;
  const rule = ruleOf(scene, at, way);
  switch (role) {
    case 'body': {
      // Residency asked the permitted regions beyond this part, before it was a refusal.
      const { frame } = way;
      const own = visit?.lastResort ? { ...way, frame: { ...frame, only: frame.within } } : way;
      return { role, node, way: own, text: '' };
    }
    case 'residency':
      return { role, node, way, text: 'no region that may serve this client gives anything' };
    case 'fallback': {
      const use = rule!.fallback!;
      const how = { chosen: 'of the fallback', peer: 'not drawn this time' };
      const frame = { ...way.frame, mode: 'strict' } as const;
      const behind = { ...way, frame, use, how, part: undefined, residency: 'ahead' } as const;
      return { role, node, way: behind, text: `fallback: ${useName(scene, use)}` };
    }
    case 'all-down': {
      const serving = servingUnder(scene.nodes, at.place);
      const mode = modeOf(serving) ?? way.frame.mode;
      return { role, node, way: { ...way, frame: { ...way.frame, mode } }, text: servingWords(serving) };
    }
  }
}

/** What the slot of a chain stands for. */
function linkRole(scene: Scene, chain: TracedNode, { use, residency }: Way, isFirst: boolean): Stage['role'] {
  const { nodes } = scene;
  if (!isFirst) return 'fallback';
  if (residency === 'closed') return 'body';
  const child = nodes[chain.place + WalkField.SLOTS + SlotField.CHILD]!;
  const owner = nodes[child + NodeHeader.POLICY]!;
  if ('policy' in use) return owner === use.policy ? 'body' : 'fallback';
  return owner < 0 && poolUnder(nodes, child) === use.pool ? 'body' : 'fallback';
}

/** What a node is that is no chain: all that there is, or the end of one. */
function endRole(scene: Scene, node: TracedNode, way: Way, isFirst: boolean): Stage['role'] {
  const { nodes, config } = scene;
  const { use, frame } = way;
  const policy = 'policy' in use ? config.policies[use.policy]! : undefined;
  const hands = policy !== undefined && handsOn(policy);
  if (!isFirst && way.residency === 'closed') return 'residency';
  if (!isFirst && hands) return 'fallback';
  if (!isFirst) return 'all-down';
  if ('policy' in use && nodes[node.place + NodeHeader.POLICY] !== use.policy) return 'fallback';
  const isStrict = modeOf(servingUnder(nodes, node.place)) === 'strict';
  return frame.mode !== 'strict' || isStrict || hands ? 'body' : 'all-down';
}

/** The policy whose fallback and `all-down` hold. */
function ruleOf({ nodes, config }: Scene, { place }: TracedNode, { use }: Way): Policy | undefined {
  if ('policy' in use) return config.policies[use.policy];
  return config.policies[nodes[place + NodeHeader.POLICY]!];
}

/** The pool of the first endpoints below a place. */
function poolUnder(nodes: Int32Array, place: number): number | undefined {
  for (const leaf of leavesUnder(nodes, place))
    if (nodes[leaf] === NodeKind.GROUP) return nodes[leaf + GroupField.CANDIDATES + CandidateField.POOL]!;
  return undefined;
}
