import { z } from 'zod';
import type { NearestPolicy } from '../policy-model.ts';
import { choice, integer } from '../values.ts';
import { policyKeys, poolKey } from './base.ts';
import type { PolicyContext } from './context.ts';

export function spreadKey() {
  return choice(['fill', 'one-region', 'each-region'])
    .default('fill')
    .describe(
      'Where several answers come from: `fill` takes the next region when the first has too few, `one-region` does not, `each-region` takes one from each.',
    );
}

export const nearestSchema = z
  .strictObject({
    type: z.literal('nearest').describe('Answers with the healthy region nearest to the client.'),
    pool: poolKey(),
    ...policyKeys(),
    bias: z
      .record(z.string(), integer(-99, 99), { error: 'a mapping of regions to whole numbers from -99 to 99' })
      .default({})
      .describe('Region to percent by which its reach grows, or shrinks when negative.'),
    spread: spreadKey(),
  })
  .describe('The nearest healthy region.');

export function resolveNearest(
  input: z.output<typeof nearestSchema>,
  context: PolicyContext,
): Pick<NearestPolicy, 'type' | 'from' | 'view' | 'spread'> {
  const bias = Array<number>(context.around.regions.size).fill(0);
  for (const [name, percent] of Object.entries(input.bias))
    bias[context.region(name, ['bias', name], 'key')] = percent;
  const view = context.view({ kind: 'distance', bias }, 'bias');
  return { type: 'nearest', from: context.from(input.pool), view, spread: input.spread };
}
