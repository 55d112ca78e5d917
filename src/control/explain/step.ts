import type { Policy } from '../../config/policy-model.ts';
import { assert } from '../../runtime/assert.ts';
import { NodeHeader, NodeKind, type Serving } from '../../steering/nodes.ts';
import type { ExplainedNext, ExplainedStep } from '../explanation.ts';
import { geoStep, homeStep, residencyStep } from './branch-step.ts';
import { endpointsStep } from './endpoints-step.ts';
import { heldWords, noteHeldBack } from './held-words.ts';
import { scheduleStep, splitStep } from './rules-step.ts';
import type { Scene, Way } from './scene.ts';
import { servingWords } from './serving-words.ts';
import { type Stage, stagesOf } from './stages.ts';
import type { TracedNode } from './traced.ts';
import { walkStep } from './walk-step.ts';

/**
 * A node of the decision in words. The trace knows places and numbers; which part of which policy a node is follows from
 * how trees are grown (`snapshot/compile/tree`).
 */
export function tellStep(scene: Scene, node: TracedNode, way: Way): ExplainedStep {
  const policy = policyOf(scene, way);
  const inside = policy === undefined ? way : { ...way, frame: { ...way.frame, families: policy.families } };
  if (policy?.residency !== undefined && way.residency === 'ahead')
    return residencyStep(scene, node, inside, policy, policy.residency, tellStep);
  // In the order of the trace: what is said of an endpoint last is what holds.
  const steps = stagesOf(scene, node, inside).map((stage) => ({ stage, step: tellStage(scene, stage) }));
  return steps.reduceRight<{ next: ExplainedNext | undefined; step: ExplainedStep | undefined }>(
    ({ next }, { stage, step }) => {
      const told = { ...step, gave: step.gave + (next?.step.gave ?? 0), next: next ?? step.next };
      const { role, text } = stage;
      return { step: told, next: role === 'body' ? undefined : { because: role, text, step: told } };
    },
    { next: undefined, step: undefined },
  ).step!;
}

function tellStage(scene: Scene, { role, node, way }: Stage): ExplainedStep {
  if (node === undefined) return emptyStep(scene, way);
  return role === 'fallback' ? tellStep(scene, node, way) : tellPlain(scene, node, way);
}

function tellPlain(scene: Scene, node: TracedNode, way: Way): ExplainedStep {
  const policy = policyOf(scene, way);
  switch (scene.nodes[node.place]) {
    case NodeKind.GROUP:
      return endpointsStep(scene, node, way);
    case NodeKind.BRANCH:
      if (policy?.type === 'split') return splitStep(scene, node, way, policy, tellStep);
      assert(policy?.type === 'geo', 'a branch is of a policy that goes by the client');
      return geoStep(scene, node, way, policy, tellStep);
    case NodeKind.OWNER:
      assert(policy?.type === 'home', 'owners are asked for by home');
      return homeStep(scene, node, way, policy, tellStep);
    case NodeKind.WALK:
      if (policy?.type === 'schedule') return scheduleStep(scene, node, way, policy, tellStep);
      if (policy?.type === 'split') return splitStep(scene, node, way, policy, tellStep);
      return walkStep(scene, node, way, tellStep);
    default:
      return endStep(scene, node, way);
  }
}

function policyOf({ config }: Scene, { use }: Way): Policy | undefined {
  return 'policy' in use ? config.policies[use.policy]! : undefined;
}

/** Of a part that is not in the tree because nothing in it is usable, whoever asks. */
function emptyStep(scene: Scene, { use }: Way): ExplainedStep {
  const { pools, policies } = scene.config;
  const what =
    'pool' in use
      ? ({ kind: 'pool', name: pools[use.pool]!.name } as const)
      : { kind: policies[use.policy]!.type, name: policies[use.policy]!.name };
  return { ...what, by: 'nothing in it is usable', gave: 0, options: [], next: undefined };
}

/** A node that answers nothing, and says why. */
function endStep(scene: Scene, { place }: TracedNode, way: Way): ExplainedStep {
  const serving = scene.nodes[place + NodeHeader.SERVING]! as Serving;
  const what = { kind: 'nothing', name: undefined, gave: 0, options: [], next: undefined } as const;
  const policy = policyOf(scene, way);
  const held = 'policy' in way.use ? heldWords(scene, way.use.policy) : undefined;
  if (held === undefined || policy?.type !== 'failover' || !('policy' in way.use))
    return { ...what, by: servingWords(serving) };
  noteHeldBack(scene, way.frame, way.use.policy, policy, []);
  return { ...what, by: `${servingWords(serving)} (${held})` };
}
