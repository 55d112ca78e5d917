import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { clientMap } from '../client-map.ts';
import type { GeoPolicy } from '../policy-model.ts';
import { reference } from '../values.ts';
import { policyKeys } from './base.ts';
import type { PolicyContext } from './context.ts';

const useWanted = 'the name of a pool or policy, or `none`';

export const geoSchema = z
  .strictObject({
    type: z.literal('geo').describe('Answers by the network, country or continent of the client.'),
    ...policyKeys(),
    map: z
      .object(
        { default: reference(useWanted).describe('For clients that no other key stands for.') },
        { error: 'a mapping of clients to pools and policies, with `default`' },
      )
      .catchall(reference(useWanted))
      .refine((map) => Object.keys(map).length <= limits.viewEntries, {
        error: `a mapping of at most ${limits.viewEntries} keys`,
      })
      .describe(
        'Clients (`EU`, `EU27`, `EEA`, `US`, `US-CA`, `AS64500`, `192.0.2.0/24`) to a pool, a policy or `none`; the most specific key wins.',
      ),
    unknown: reference(useWanted)
      .optional()
      .describe('For clients that no database has: a pool, a policy or `none`. Default: as `default`.'),
  })
  .describe('A map from places to pools and policies.');

export function resolveGeo(
  input: z.output<typeof geoSchema>,
  context: PolicyContext,
): Pick<GeoPolicy, 'type' | 'view' | 'branches'> {
  const { default: otherwise, ...rest } = input.map;
  const items = Object.entries(rest).map(([text, name]) => ({
    ...{ text, path: context.path('map', text), part: 'key' as const },
    value: context.useOrNone(name, ['map', text]),
  }));
  const { view, values } = clientMap(
    items,
    (use) => (use === undefined ? 'none' : context.nameOf(use)),
    context.findings,
  );
  const unmatched = context.useOrNone(otherwise, ['map', 'default']);
  const unknown = input.unknown === undefined ? unmatched : context.useOrNone(input.unknown, ['unknown']);
  return { type: 'geo', view: context.view(view, 'map'), branches: [unknown, unmatched, ...values] };
}
