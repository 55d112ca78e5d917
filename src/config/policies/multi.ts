import { z } from 'zod';
import type { MultiPolicy } from '../policy-model.ts';
import { choice } from '../values.ts';
import { policyKeys, poolKey } from './base.ts';
import type { PolicyContext } from './context.ts';

export const multiSchema = z
  .strictObject({
    type: z.literal('multi').describe('Answers with several healthy endpoints: clients try them in turn.'),
    pool: poolKey(),
    ...policyKeys(4),
    order: choice(['shuffled', 'ordered'])
      .default('shuffled')
      .describe('`shuffled`: by weight, in a new order each time. `ordered`: as the pool lists them.'),
  })
  .describe('Several endpoints at once.');

export function resolveMulti(
  input: z.output<typeof multiSchema>,
  context: PolicyContext,
): Pick<MultiPolicy, 'type' | 'from' | 'order'> {
  const from = context.from(input.pool);
  if (input.order === 'ordered' && 'policy' in from) {
    const message = `\`ordered\` is for the endpoints of a pool; ${context.nameOf(from)} has an order of its own`;
    context.findings.error('CONFIG_VALUE', context.path('order'), message);
  }
  return { type: 'multi', from, order: input.order };
}
