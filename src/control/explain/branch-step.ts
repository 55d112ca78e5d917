import type { GeoPolicy, HomePolicy, Policy, Residency } from '../../config/policy-model.ts';
import type { ExplainedOption, ExplainedStep } from '../explanation.ts';
import { labelOf } from './asker-words.ts';
import { whyEmpty } from './eligible.ts';
import { membersOf, note, regionName, type Scene, type Tell, useName, type Way } from './scene.ts';
import type { TracedNode } from './traced.ts';
import { matchWords } from './view-words.ts';

/** Which regions may serve this client, and what came of it within them. */
export function residencyStep(
  scene: Scene,
  node: TracedNode,
  way: Way,
  { name }: Policy,
  { view, permitted }: Residency,
  tell: Tell,
): ExplainedStep {
  const regions = permitted[node.detail] ?? [];
  const { frame } = way;
  const isOpen = regions === 'any';
  const inside = isOpen
    ? frame
    : { ...frame, mode: 'strict' as const, within: frame.within.and(regions), only: frame.only.and(regions) };
  const next = { ...way, frame: inside, residency: isOpen ? ('open' as const) : ('closed' as const) };
  for (const member of membersOf(scene, frame, way.use)) {
    const { region } = scene.config.pools[member.pool]!.endpoints[member.endpoint]!;
    if (!inside.only.has(region)) note(scene, member, 'residency keeps this client out of its region');
  }
  const step = node.child && tell(scene, node.child, next);
  const isRefused = !isOpen && step !== undefined && refuses(step);
  const option: ExplainedOption = {
    name: isOpen
      ? 'any region'
      : regions.map((region) => regionName(scene, region)).join(', ') || 'no region',
    outcome: isRefused || node.gave === 0 ? 'empty' : 'taken',
    measure: undefined,
    why: isRefused ? refusalWords(scene, next, regions) : undefined,
    step,
  };
  const by = `residency: ${matchWords(scene, view, node.detail)}`;
  return { kind: 'residency', name, by, gave: node.gave, options: [option], next: undefined };
}

/** What it comes to in the end is the refusal, or addresses in its place. */
function refuses(step: ExplainedStep): boolean {
  if (step.next !== undefined) return step.next.because === 'residency' || refuses(step.next.step);
  return step.kind === 'sorry' || step.kind === 'nothing';
}

function refusalWords(scene: Scene, { frame, use }: Way, regions: readonly number[]): string {
  const refused = 'refused: no other region may serve this client';
  if (regions.length === 0) return refused;
  return `${refused}; ${whyEmpty(scene, frame, membersOf(scene, frame, use))}`;
}

/** What the map of places says for this client. */
export function geoStep(
  scene: Scene,
  node: TracedNode,
  way: Way,
  { name, view, branches }: GeoPolicy,
  tell: Tell,
): ExplainedStep {
  const use = branches[node.detail];
  const step =
    node.child && use && tell(scene, node.child, { ...way, use, part: undefined, residency: 'ahead' });
  const option = use && branchOption(scene, way, node, useName(scene, use), use, step);
  const by =
    matchWords(scene, view, node.detail) + (use === undefined ? ': the map names nothing for it' : '');
  return { kind: 'geo', name, by, gave: node.gave, options: option ? [option] : [], next: undefined };
}

/** The region that owns the question's label. */
export function homeStep(
  scene: Scene,
  node: TracedNode,
  way: Way,
  { name, from, standing, unknown }: HomePolicy,
  tell: Tell,
): ExplainedStep {
  const region = node.detail;
  const key = `\`${labelOf(scene.asker)}\``;
  const isKnown = region >= 0;
  const other = isKnown ? standing.get(region) : unknown;
  const isOwn = isKnown && other === undefined;
  const use = isOwn ? from : other;
  const by = isKnown
    ? `key ${key} is owned by ${regionName(scene, region)}`
    : `key ${key} is unknown${unknown === undefined ? ': no records' : ''}`;
  if (use === undefined) return { kind: 'home', name, by, gave: 0, options: [], next: undefined };
  const how = { chosen: isKnown ? `${by}` : 'for unknown keys', peer: 'same region, not drawn this time' };
  const part = isOwn ? { members: membersOf(scene, way.frame, from, region), among: undefined } : undefined;
  // No other region can stand in: the best state is looked for in this one alone.
  const within = way.frame.within.and([region]);
  const frame = isOwn ? { ...way.frame, within, only: within } : way.frame;
  const inside = { ...way, frame, use, how, part, residency: 'ahead' } as const;
  const step = node.child && tell(scene, node.child, inside);
  for (const member of membersOf(scene, way.frame, from))
    if (isOwn && !part!.members.some((own) => sameMember(own, member)))
      note(scene, member, 'not the region that owns the key');
  const option = isOwn
    ? partOption(scene, inside, node, regionName(scene, region), part!.members, step)
    : branchOption(scene, way, node, useName(scene, use), use, step);
  return { kind: 'home', name, by, gave: node.gave, options: [option], next: undefined };
}

function sameMember(one: { pool: number; endpoint: number }, other: { pool: number; endpoint: number }) {
  return one.pool === other.pool && one.endpoint === other.endpoint;
}

function branchOption(
  scene: Scene,
  way: Way,
  node: TracedNode,
  name: string,
  use: Way['use'],
  step: ExplainedStep | undefined,
): ExplainedOption {
  return partOption(scene, way, node, name, membersOf(scene, way.frame, use), step);
}

function partOption(
  scene: Scene,
  { frame }: Way,
  { gave }: TracedNode,
  name: string,
  members: ReturnType<typeof membersOf>,
  step: ExplainedStep | undefined,
): ExplainedOption {
  const why = step === undefined ? whyEmpty(scene, frame, members) : undefined;
  return { name, outcome: gave > 0 ? 'taken' : 'empty', measure: undefined, why, step };
}
