import { z } from 'zod';
import type { Findings, Named } from '../findings.ts';
import type { Endpoint, Region } from '../model.ts';
import type { Capacity } from '../policy-model.ts';
import { percentage } from '../quantities.ts';
import type { Path } from '../source.ts';
import { number } from '../values.ts';
import { showName } from '../wording.ts';
import { loadSchema, resolveLoad } from './load-source.ts';

export const capacitySchema = z
  .record(
    z.string(),
    z
      .strictObject(
        {
          capacity: number('a number', 1e-6, 1e12).describe(
            'What the region can take, in any unit: requests a second, sessions, cores.',
          ),
          load: loadSchema,
          low: percentage('1%', '100%')
            .prefault('80%')
            .describe('Load from which on clients are sent to the next region, as a share of the capacity.'),
          high: percentage('1%', '100%')
            .prefault('100%')
            .describe('Load at which all that comes on top is, as a share of the capacity.'),
        },
        { error: 'a mapping with `capacity` and `load`' },
      )
      .describe('What one region can take.'),
    { error: 'a mapping of regions to what they can take' },
  )
  .describe('Regions of this pool to what they can take; the others have no bound.');

/** `endpoints`: undefined where some have faults. */
export function resolveCapacities(
  input: z.output<typeof capacitySchema>,
  pool: string,
  endpoints: readonly Endpoint[] | undefined,
  regions: Named<Region>,
  findings: Findings,
): Capacity[] {
  return Object.entries(input).map(([name, { capacity, load, low, high }]) => {
    const path: Path = ['pools', pool, 'capacity', name];
    const region = findings.reference('region', name, regions, path, 'key');
    if (region !== undefined && endpoints?.every((endpoint) => endpoint.region !== region)) {
      const message = `pool ${showName(pool)} has no endpoint in region ${showName(name)}`;
      findings.error('CONFIG_REFERENCE', path, message, 'key');
    }
    if (low > high) {
      const message = `\`low\` (${percent(low)}) is above \`high\` (${percent(high)})`;
      findings.error('CONFIG_VALUE', [...path, 'low'], message);
    }
    return { region: region ?? 0, capacity, low, high, load: resolveLoad(load, [...path, 'load'], findings) };
  });
}

/** A share of 1 as it was written. */
function percent(share: number): string {
  return `${Number((100 * share).toFixed(6))}%`;
}
