import { z } from 'zod';
import type { WeightedPolicy } from '../policy-model.ts';
import { choice } from '../values.ts';
import { showName } from '../wording.ts';
import { distanceView, type PolicyContext, policyKeys } from './base.ts';

export const weightedSchema = z
  .strictObject({
    type: z.literal('weighted').describe('Shares the clients out by the weights of the endpoints.'),
    ...policyKeys,
    within: choice(['pool', 'region'])
      .default('pool')
      .describe(
        '`pool`: one share for all clients; `region`: the nearest region first, by weight inside it.',
      ),
  })
  .describe('Shares by weight.');

export function resolveWithin(
  name: string,
  input: z.output<typeof weightedSchema>,
  context: PolicyContext,
): Pick<WeightedPolicy, 'type' | 'by'> {
  const { pool, index, findings } = context;
  if (pool.endpoints.length > 0 && pool.endpoints.every(({ weight }) => weight === 0)) {
    const message = `every endpoint of pool ${showName(pool.name)} has weight 0; wanted one that takes a share`;
    findings.error('CONFIG_VALUE', ['policies', name, 'pool'], message);
  }
  const from = { pool: index };
  if (input.within === 'pool') return { type: 'weighted', by: { kind: 'pool', from } };
  return { type: 'weighted', by: { kind: 'region', from, view: distanceView(context) } };
}
