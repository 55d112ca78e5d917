import { z } from 'zod';
import type { HomePolicy } from '../policy-model.ts';
import { reference, text } from '../values.ts';
import { policyKeys, poolKey } from './base.ts';
import type { PolicyContext } from './context.ts';

export const homeSchema = z
  .strictObject({
    type: z.literal('home').describe('Answers with the region that owns the label in front of the name.'),
    pool: poolKey(),
    ...policyKeys(),
    owners: text('the path of a CSV file').describe(
      'CSV file of labels and their regions, `key,region`; relative to this file.',
    ),
    regions: z
      .record(z.string(), reference('the name of a pool or policy'), {
        error: 'a mapping of regions to pools or policies',
      })
      .default({})
      .describe(
        'Region to the pool or policy that answers for its labels, such as a failover that says who stands in for it. Other regions answer with their endpoints in `pool`.',
      ),
    unknown: reference(
      'the name of a pool or policy, or `none`: a label that nobody owns must not end up anywhere by chance',
    ).describe('For labels that the table does not have: a pool, a policy or `none`. There is no default.'),
  })
  .describe('The one region that owns a label, such as a tenant or a shard.');

export function resolveHome(
  input: z.output<typeof homeSchema>,
  context: PolicyContext,
): Pick<HomePolicy, 'type' | 'from' | 'owners' | 'standing' | 'unknown'> {
  const standing = Object.entries(input.regions).map(
    ([name, use]) =>
      [context.region(name, ['regions', name], 'key'), context.use(use, ['regions', name])] as const,
  );
  return {
    type: 'home',
    from: context.from(input.pool),
    owners: context.around.tables.ownersOf(input.owners, context.path('owners')),
    standing: new Map(standing),
    unknown: context.useOrNone(input.unknown, ['unknown']),
  };
}
