import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { clientMap } from '../client-map.ts';
import { clientsWanted } from '../clients.ts';
import type { SplitPolicy, SplitRule } from '../policy-model.ts';
import { choice, reference } from '../values.ts';
import { policyKeys, useReference } from './base.ts';
import type { PolicyContext } from './context.ts';
import { resolveWindow, windowKeys } from './window.ts';

const rulesWanted = `a list of 1 to ${limits.splitRules} rules`;
const listWanted = `clients, or a list of 1 to ${limits.viewEntries} of them: ${clientsWanted}`;

const ruleSchema = z
  .strictObject(
    {
      clients: z
        .union(
          [
            reference(clientsWanted),
            z
              .array(reference(clientsWanted), { error: listWanted })
              .min(1, { error: listWanted })
              .max(limits.viewEntries, { error: listWanted }),
          ],
          { error: listWanted },
        )
        .optional()
        .describe('Whom the rule is for: `EU`, `[AS64500, 10.0.0.0/8]`. Default: all.'),
      type: choice(['A', 'AAAA']).optional().describe('Questions that the rule is for. Default: both.'),
      during: z
        .strictObject(windowKeys, { error: 'a mapping with `days`, `from`, `to` or `time-zone`' })
        .optional()
        .describe('When the rule holds. Default: always.'),
      use: useReference().describe('The pool or policy that answers.'),
    },
    { error: 'a mapping with `use` and `clients`, `type` or `during`' },
  )
  .describe('A rule; all its conditions have to hold.');

export const splitSchema = z
  .strictObject({
    type: z.literal('split').describe('Answers by rules about clients, type of question and time.'),
    ...policyKeys(),
    rules: z
      .array(ruleSchema, { error: rulesWanted })
      .min(1, { error: rulesWanted })
      .max(limits.splitRules, { error: rulesWanted })
      .describe('Rules; the first one that holds decides.'),
    default: useReference().describe('The pool or policy that answers when no rule holds.'),
  })
  .describe('Rules.');

type RuleInput = z.output<typeof ruleSchema>;

export function resolveSplit(
  input: z.output<typeof splitSchema>,
  context: PolicyContext,
): Pick<SplitPolicy, 'type' | 'rules' | 'otherwise'> {
  const rules = input.rules.map((rule, i) => resolveRule(rule, i, context));
  tellUnreachable(rules, context);
  return { type: 'split', rules, otherwise: context.use(input.default, ['default']) };
}

function resolveRule(rule: RuleInput, index: number, context: PolicyContext): SplitRule {
  const { clients, type, during, use } = rule;
  return {
    clients: clients === undefined ? undefined : { view: resolveClients(clients, index, context) },
    family: type && (type === 'A' ? 4 : 6),
    when: during && resolveWindow(during, 'UTC'),
    use: context.use(use, ['rules', index, 'use']),
  };
}

function resolveClients(
  input: NonNullable<RuleInput['clients']>,
  index: number,
  context: PolicyContext,
): number {
  const items = [input].flat().map((text, i) => ({
    ...{ text, value: true, part: 'value' as const },
    path: context.path('rules', index, 'clients', ...(Array.isArray(input) ? [i] : [])),
  }));
  const { view } = clientMap(items, String, context.findings);
  return context.view(view, 'rules', index, 'clients');
}

/** What stands behind a rule that always holds, or behind one with equal conditions, is never asked. */
function tellUnreachable(rules: readonly SplitRule[], context: PolicyContext): void {
  const seen = new Map<string, number>();
  for (const [i, { clients, family, when }] of rules.entries()) {
    const conditions = JSON.stringify([clients?.view, family, when]);
    const tell = (message: string): void =>
      context.findings.error('CONFIG_VALUE', context.path('rules', i), message);
    if (clients === undefined && family === undefined && when === undefined) {
      const behind = i < rules.length - 1 ? 'the rules behind it and `default` are' : '`default` is';
      tell(`the rule has no condition, so ${behind} never reached; give it one, or make it the \`default\``);
    } else if (seen.has(conditions)) {
      tell(`the rule is never reached: \`rules[${seen.get(conditions)}]\` has the same conditions`);
    }
    seen.set(conditions, i);
  }
}
