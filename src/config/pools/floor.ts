import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { Endpoint } from '../model.ts';
import type { Floor } from '../policy-model.ts';
import { percentage } from '../quantities.ts';
import { integer } from '../values.ts';
import { showName } from '../wording.ts';

export const floorSchema = z
  .strictObject(
    {
      regions: integer(1, limits.regions).optional().describe('Regions that stay, at the least.'),
      capacity: percentage('1%', '100%')
        .optional()
        .describe("Share of the pool's weight that stays, at the least."),
    },
    { error: 'a mapping with `regions` or `capacity`' },
  )
  .describe(
    'What health checks leave of the pool: when less would be left, they count as wrong and their verdicts stay as they were.',
  );

/** `endpoints`: undefined where some have faults. */
export function resolveFloor(
  { regions, capacity }: z.output<typeof floorSchema>,
  pool: string,
  endpoints: readonly Endpoint[] | undefined,
  findings: Findings,
): Floor {
  const path = ['pools', pool, 'floor'];
  if (regions === undefined && capacity === undefined)
    findings.error('CONFIG_MISSING', path, '`regions` is missing; wanted it, or `capacity`', 'key');
  const count = new Set(endpoints?.map(({ region }) => region)).size;
  if (endpoints !== undefined && regions !== undefined && regions > count) {
    const message = `pool ${showName(pool)} has endpoints in ${count} region${count === 1 ? '' : 's'} and never meets a floor of ${regions}`;
    findings.error('CONFIG_VALUE', [...path, 'regions'], message);
  }
  if (capacity !== undefined && endpoints?.every(({ weight }) => weight === 0)) {
    const message = `every endpoint of pool ${showName(pool)} has weight 0, so no share of its weight can stay`;
    findings.error('CONFIG_VALUE', [...path, 'capacity'], message);
  }
  return { regions: regions ?? 0, capacity: capacity ?? 0 };
}
