import { CandidateField, GroupField, NodeHeader, Serving } from '../../steering/nodes.ts';
import type { ExplainedOption, ExplainedStep } from '../explanation.ts';
import { although, whyNotEligible } from './eligible.ts';
import { endpointOf, type Member, memberKey, membersOf, note, type Scene, type Way } from './scene.ts';
import { servingWords } from './serving-words.ts';
import type { TracedNode } from './traced.ts';

/** A draw among endpoints, with those that could not be drawn. */
export function endpointsStep(scene: Scene, node: TracedNode, way: Way): ExplainedStep {
  const { nodes } = scene;
  const candidates = candidatesOf(nodes, node.place);
  const serving = nodes[node.place + NodeHeader.SERVING]! as Serving;
  if (serving === Serving.RESIDENCY) return sorryStep(node);
  const drawn = new Set(scene.chosen.subarray(node.before, node.before + node.gave));
  const weight = nodes[node.place + GroupField.WEIGHT]!;
  const options = candidates.map((at): ExplainedOption => {
    const measure = candidates.length === 1 ? undefined : percent(nodes[at + CandidateField.WEIGHT]!, weight);
    return { ...candidateOption(scene, way, at, drawn.has(at)), measure };
  });
  const known = new Set(candidates.map((at) => memberKey(memberAt(nodes, at))));
  const others = (way.part?.members ?? membersOf(scene, way.frame, way.use)).filter(
    (each) => !known.has(memberKey(each)),
  );
  return {
    kind: 'endpoints',
    name: undefined,
    by: `${servingWords(serving)}${candidates.length > 1 ? ', drawn by weight' : ''}`,
    gave: node.gave,
    options: [...options, ...others.map((member) => absentOption(scene, way, member))],
    next: undefined,
  };
}

/** `37 %` */
export function percent(part: number, whole: number): string {
  const value = (100 * part) / whole;
  return `${value >= 10 || value === 0 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

function candidateOption(
  scene: Scene,
  { how }: Way,
  at: number,
  isDrawn: boolean,
): Omit<ExplainedOption, 'measure'> {
  const member = memberAt(scene.nodes, at);
  const { name } = endpointOf(scene, member);
  const { length } = scene.chosen;
  const share = length > 1 ? `, ${scene.chosen.indexOf(at) + 1} of ${length} answers` : '';
  const why = isDrawn ? `${how.chosen}${share}${although(scene, member)}` : how.peer;
  note(scene, member, why, isDrawn);
  return { name, outcome: isDrawn ? 'taken' : 'not-asked', why, step: undefined };
}

function absentOption(scene: Scene, { frame, part }: Way, member: Member): ExplainedOption {
  const why = whyNotEligible(scene, frame, member, part?.among) ?? 'weight 0';
  note(scene, member, why);
  const { name } = endpointOf(scene, member);
  return { name, outcome: 'empty', measure: undefined, why, step: undefined };
}

/** Addresses that are answered where residency forbids all. They are no endpoints. */
function sorryStep({ gave }: TracedNode): ExplainedStep {
  return {
    ...{ kind: 'sorry', name: undefined, gave, options: [], next: undefined },
    by: 'no region that may serve this client can: the addresses of `sorry`',
  };
}

function candidatesOf(nodes: Int32Array, place: number): number[] {
  const count = nodes[place + GroupField.COUNT]!;
  return Array.from({ length: count }, (_, i) => place + GroupField.CANDIDATES + i * CandidateField.SIZE);
}

function memberAt(nodes: Int32Array, at: number): Member {
  return { pool: nodes[at + CandidateField.POOL]!, endpoint: nodes[at + CandidateField.ENDPOINT]! };
}
