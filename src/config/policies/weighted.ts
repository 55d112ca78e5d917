import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { WeightedPolicy } from '../policy-model.ts';
import { choice, eitherKey, integer } from '../values.ts';
import { showName } from '../wording.ts';
import { policyKeys, poolKey } from './base.ts';
import type { PolicyContext } from './context.ts';

const sharesWanted = `a mapping of 1 to ${limits.policyChoices} pools or policies to whole numbers from 0 to 1000`;

export const weightedSchema = z
  .strictObject({
    type: z.literal('weighted').describe('Shares the clients out by weight.'),
    pool: poolKey().optional(),
    ...policyKeys(),
    within: choice(['pool', 'region'])
      .optional()
      .describe(
        'With `pool`: one share for all clients (`pool`, the default), or the nearest region first and by weight inside it (`region`).',
      ),
    shares: z
      .record(z.string(), integer(0, 1_000), { error: sharesWanted })
      .refine((shares) => Object.keys(shares).length <= limits.policyChoices, { error: sharesWanted })
      .refine((shares) => Object.keys(shares).length > 0, { error: sharesWanted })
      .optional()
      .describe('Pools and policies to their weights, in place of `pool`.'),
  })
  .superRefine(eitherKey('pool', 'shares', 'the name of a pool or policy'))
  .superRefine(({ shares, within }, context) => {
    if (shares === undefined || within === undefined) return;
    context.addIssue({ code: 'custom', path: ['within'], message: 'none beside `shares`' });
  })
  .describe('Shares by weight, of the endpoints of a pool or of pools and policies.');

type WeightedInput = z.output<typeof weightedSchema>;
type Resolved = Pick<WeightedPolicy, 'type' | 'by'>;

export function resolveWeighted(input: WeightedInput, context: PolicyContext): Resolved {
  if (input.shares !== undefined) return resolveShares(input.shares, context);
  return resolvePool(input.pool!, input.within, context);
}

function resolvePool(pool: string, within: WeightedInput['within'], context: PolicyContext): Resolved {
  const from = context.from(pool);
  const endpoints = 'pool' in from ? context.pool(from.pool)?.endpoints : undefined;
  if (endpoints !== undefined && endpoints.length > 0 && endpoints.every(({ weight }) => weight === 0)) {
    const message = `every endpoint of ${context.nameOf(from)} has weight 0; wanted one that takes a share`;
    context.findings.error('CONFIG_VALUE', context.path('pool'), message);
  }
  if (within !== 'region') return { type: 'weighted', by: { kind: 'pool', from } };
  return { type: 'weighted', by: { kind: 'region', from, view: context.distances() } };
}

function resolveShares(input: NonNullable<WeightedInput['shares']>, context: PolicyContext): Resolved {
  const shares = Object.entries(input).map(([name, weight]) => ({
    use: context.use(name, ['shares', name], 'key'),
    ...{ weight, path: context.path('shares', name), part: 'key' as const },
  }));
  context.distinct(shares);
  if (shares.every(({ weight }) => weight === 0)) {
    const message = `${showName('shares')} sum up to 0; wanted one that takes a share`;
    context.findings.error('CONFIG_VALUE', context.path('shares'), message);
  }
  return {
    type: 'weighted',
    by: { kind: 'shares', shares: shares.map(({ use, weight }) => ({ use, weight })) },
  };
}
