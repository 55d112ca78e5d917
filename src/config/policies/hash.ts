import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { HashPolicy } from '../policy-model.ts';
import { choice, eitherKey } from '../values.ts';
import { policyKeys, poolKey, useReference } from './base.ts';
import type { PolicyContext } from './context.ts';

const amongWanted = `a list of 1 to ${limits.policyChoices} pools or policies`;

export const hashSchema = z
  .strictObject({
    type: z.literal('hash').describe('Gives the same client, or the same label, the same region each time.'),
    pool: poolKey().optional(),
    ...policyKeys(),
    among: z
      .array(useReference(), { error: amongWanted })
      .min(1, { error: amongWanted })
      .max(limits.policyChoices, { error: amongWanted })
      .optional()
      .describe('Pools and policies to choose from, in place of the regions of `pool`.'),
    on: choice(['client', 'label'])
      .default('client')
      .describe("What is hashed: the client's network, or the label that stands for a steered wildcard."),
  })
  .superRefine(eitherKey('pool', 'among', 'the name of a pool or policy'))
  .describe('Rendezvous hashing over regions, or over pools and policies.');

export function resolveHash(
  input: z.output<typeof hashSchema>,
  context: PolicyContext,
): Pick<HashPolicy, 'type' | 'among' | 'on'> {
  const { on } = input;
  if (input.among === undefined)
    return { type: 'hash', among: { kind: 'regions', from: context.from(input.pool!) }, on };
  const list = input.among.map((name, i) => ({
    use: context.use(name, ['among', i]),
    path: context.path('among', i),
  }));
  context.distinct(list);
  return { type: 'hash', among: { kind: 'list', list: list.map(({ use }) => use) }, on };
}
