import type { SplitPolicy, SplitRule } from '../../../config/policy-model.ts';
import { standingAt } from '../../../steering/windows.ts';
import { RecordKind } from '../../rotation.ts';
import { growBranch, growChild } from './branch.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { growThrough } from './through.ts';

/**
 * What the first rule names whose conditions hold. Time and type are settled here; for clients a chain of branches is
 * left, one a rule: numbers above 1 are the rule's, the others go on to the next.
 */
export function growSplit(grow: Grow, index: number, policy: SplitPolicy, context: GrowContext): number {
  const rules = policy.rules.filter((rule) => isPossible(grow, rule, context.kind));
  const always = rules.findIndex(({ clients }) => clients === undefined);
  const last = always < 0 ? policy.otherwise : rules[always]!.use;
  const byClient = rules.slice(0, always < 0 ? rules.length : always);
  if (byClient.length === 0) return growThrough(grow, index, last, context);
  let next = growChild(grow, last, context);
  for (const { clients, use } of byClient.reverse()) {
    const own = growChild(grow, use, context);
    next = growBranch(grow, index, clients!.view, [next, next, own]);
  }
  return next;
}

function isPossible(grow: Grow, { family, when }: SplitRule, kind: RecordKind): boolean {
  if (family !== undefined && kind !== (family === 4 ? RecordKind.A : RecordKind.AAAA)) return false;
  return when === undefined || standingAt(when, grow.conditions.nowMs).holds;
}
