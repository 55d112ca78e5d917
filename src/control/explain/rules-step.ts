import type { SchedulePolicy, SplitPolicy, SplitRule, Use } from '../../config/policy-model.ts';
import { RecordKind } from '../../snapshot/rotation.ts';
import { NodeKind } from '../../steering/nodes.ts';
import { windowHolds } from '../../steering/windows.ts';
import type { ExplainedOption, ExplainedStep } from '../explanation.ts';
import { type Scene, type Tell, useName, type Way } from './scene.ts';
import type { TracedNode } from './traced.ts';
import { matchWords } from './view-words.ts';
import { windowState, windowWords } from './window-words.ts';

/** The window that holds now. */
export function scheduleStep(
  scene: Scene,
  node: TracedNode,
  way: Way,
  { name, windows, otherwise }: SchedulePolicy,
  tell: Tell,
): ExplainedStep {
  const { nowMs } = scene.conditions;
  const holding = windows.findIndex(({ when }) => windowHolds(when, nowMs));
  const use = windows[holding]?.use ?? otherwise;
  const child = node.visits[0]?.node;
  const step = child && tell(scene, child, { ...way, use, part: undefined, residency: 'ahead' });
  const taken = node.gave > 0 ? 'taken' : 'empty';
  const options = windows.map(({ when, use: own }, i): ExplainedOption => {
    const state = windowState(when, nowMs);
    return {
      name: `${windowWords(when)}: ${useName(scene, own)}`,
      outcome: i === holding ? taken : 'not-asked',
      measure: undefined,
      why: holding >= 0 && i > holding ? 'an earlier window holds' : state,
      step: i === holding ? step : undefined,
    };
  });
  const last: ExplainedOption = {
    name: `otherwise: ${useName(scene, otherwise)}`,
    outcome: holding < 0 ? taken : 'not-asked',
    measure: undefined,
    why: holding < 0 ? 'no window holds' : 'a window holds',
    step: holding < 0 ? step : undefined,
  };
  const by =
    holding < 0
      ? 'no window holds now'
      : `window ${holding + 1} ${windowState(windows[holding]!.when, nowMs)}`;
  return { kind: 'schedule', name, by, gave: node.gave, options: [...options, last], next: undefined };
}

/** The first rule whose conditions hold. Time and type were settled when the tree was grown, clients by branches. */
export function splitStep(
  scene: Scene,
  node: TracedNode,
  way: Way,
  policy: SplitPolicy,
  tell: Tell,
): ExplainedStep {
  let at: TracedNode | undefined = node;
  let taken: number | undefined;
  const whys: (string | undefined)[] = [];
  for (const [i, rule] of policy.rules.entries()) {
    whys[i] = whyImpossible(scene, rule);
    if (whys[i] !== undefined) continue;
    if (rule.clients === undefined) taken = i;
    if (taken !== undefined || at === undefined || scene.nodes[at.place] !== NodeKind.BRANCH) break;
    whys[i] = matchWords(scene, rule.clients!.view, at.detail);
    if (at.detail > 1) taken = i;
    at = at.child;
    if (taken !== undefined) break;
  }
  const use = taken === undefined ? policy.otherwise : policy.rules[taken]!.use;
  // Where no rule asks for clients, what holds stands behind a node of the policy itself.
  const child = at === node ? at.visits[0]?.node : at;
  const step = child && tell(scene, child, { ...way, use, part: undefined, residency: 'ahead' });
  const { gave } = node;
  const option = (i: number | undefined, name: string, target: Use): ExplainedOption => ({
    name: `${name}: ${useName(scene, target)}`,
    outcome: i !== taken ? 'not-asked' : gave > 0 ? 'taken' : 'empty',
    measure: undefined,
    why:
      i === undefined
        ? undefined
        : (whys[i] ?? (i === taken ? 'its conditions hold' : 'an earlier rule holds')),
    step: i === taken ? step : undefined,
  });
  const options = policy.rules.map((rule, i) => option(i, `rule ${i + 1}`, rule.use));
  return {
    kind: 'split',
    name: policy.name,
    by: taken === undefined ? 'no rule holds' : `rule ${taken + 1} is the first that holds`,
    gave,
    options: [...options, option(undefined, 'otherwise', policy.otherwise)],
    next: undefined,
  };
}

/** What of a rule does not hold whoever asks; undefined: it can hold. */
function whyImpossible(scene: Scene, { family, when }: SplitRule): string | undefined {
  const isAsked = scene.kind === (family === 6 ? RecordKind.AAAA : RecordKind.A);
  if (family !== undefined && !isAsked) return `it is for ${family === 4 ? 'A' : 'AAAA'}`;
  const { nowMs } = scene.conditions;
  if (when === undefined || windowHolds(when, nowMs)) return undefined;
  return `${windowWords(when)} ${windowState(when, nowMs)}`;
}
