import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import { parseInstant } from '../instant.ts';
import type { Maintenance, Pool, Region } from '../model.ts';
import type { Path } from '../source.ts';
import { reading, reference, text } from '../values.ts';
import { resolvePoolEndpoint } from './pool-endpoint.ts';

const reasonWanted = `why, in at most ${limits.maintenanceReason} characters on one line`;
const instantWanted = 'a time with its zone, such as 2026-12-01T10:00:00Z';

export const maintenanceSchema = z
  .strictObject(
    {
      pool: reference('the name of a pool').optional().describe('The pool. Default: all, with `region`.'),
      region: reference('the name of a region')
        .optional()
        .describe('All endpoints in it: of `pool`, or of all pools.'),
      endpoint: reference('the name of an endpoint').optional().describe('One endpoint of `pool`.'),
      from: reading(instantWanted, parseInstant).describe('When it begins, such as 2026-12-01T10:00:00Z.'),
      to: reading(instantWanted, parseInstant).describe('When it ends.'),
      reason: text(reasonWanted).max(limits.maintenanceReason, { error: reasonWanted }).describe('Why.'),
    },
    { error: 'a mapping with `from`, `to`, `reason` and `pool`, `region` or `endpoint`' },
  )
  .superRefine(({ pool, region, endpoint, from, to }, context) => {
    const fault = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (pool === undefined && endpoint !== undefined)
      fault('pool', 'the name of a pool: an endpoint has its name within one');
    if (region !== undefined && endpoint !== undefined) fault('endpoint', 'none beside `region`');
    if (pool === undefined && region === undefined && endpoint === undefined)
      fault('pool', 'the name of a pool, or `region`');
    if (to <= from) fault('to', 'a time after `from`');
  })
  .describe('A time in which endpoints are worked on: they are drained, and their failures expected.');

type MaintenanceInput = z.output<typeof maintenanceSchema>;

/** After an error it is not what the file says. */
export function resolveMaintenance(
  index: number,
  input: MaintenanceInput,
  pools: Named<Pool>,
  regions: Named<Region>,
  nowMs: number,
  findings: Findings,
): Maintenance {
  const path: Path = ['maintenance', index];
  const { reason } = input;
  const of = (kind: 'pool' | 'region', name: string | undefined, defined: Named<unknown>) =>
    name === undefined ? undefined : findings.reference(kind, name, defined, [...path, kind]);
  const pool = of('pool', input.pool, pools);
  const region = of('region', input.region, regions);
  const endpoint = resolvePoolEndpoint(input, path, pools, findings);
  if (input.to <= nowMs)
    findings.warning('CONFIG_UNUSED', [...path, 'to'], 'the maintenance is over; take it out');
  return { pool, region, endpoint, fromMs: input.from, toMs: input.to, reason };
}
