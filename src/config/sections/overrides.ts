import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import { parseInstant } from '../instant.ts';
import type { Pool, Region } from '../model.ts';
import type { Override } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { choice, eitherKey, reading, reference, text } from '../values.ts';
import { showName } from '../wording.ts';
import { resolvePoolEndpoint } from './pool-endpoint.ts';

const reasonWanted = `why, in at most ${limits.statementLength} characters on one line: who finds it later must know whether it still holds`;
const ownerWanted = `whom to ask, in at most ${limits.statementLength} characters on one line`;

export const overrideSchema = z
  .strictObject(
    {
      region: reference('the name of a region')
        .optional()
        .describe('All endpoints in it: of `pool`, or of all pools. Either this or `endpoint`.'),
      pool: reference('the name of a pool').optional().describe('The pool. Default: all, with `region`.'),
      endpoint: reference('the name of an endpoint')
        .optional()
        .describe('One endpoint of `pool`. Either this or `region`.'),
      action: choice(['drain', 'down', 'up', 'promote']).describe(
        '`drain`: serves only while no other can. `down`, `up`: whatever the checks say. `promote`: takes over whatever its replication lag.',
      ),
      reason: text(reasonWanted).max(limits.statementLength, { error: reasonWanted }).describe('Why.'),
      owner: text(ownerWanted)
        .max(limits.statementLength, { error: ownerWanted })
        .optional()
        .describe('Whom to ask about it.'),
      until: reading('a time with its zone, such as 2026-12-01T10:00:00Z', parseInstant)
        .optional()
        .describe('When it ends, such as 2026-12-01T10:00:00Z. Default: when it is taken out.'),
    },
    { error: 'a mapping with `action`, `reason` and `region` or `endpoint`' },
  )
  .superRefine(eitherKey('region', 'endpoint', 'the name of a region'))
  .superRefine(({ pool, endpoint }, context) => {
    if (endpoint === undefined || pool !== undefined) return;
    const message = 'the name of a pool: an endpoint has its name within one';
    context.addIssue({ code: 'custom', path: ['pool'], message });
  })
  .describe('What people decide above the checks; a later one beats an earlier one.');

type OverrideInput = z.output<typeof overrideSchema>;

/** After an error it is not what the file says. */
export function resolveOverride(
  index: number,
  input: OverrideInput,
  pools: Named<Pool>,
  regions: Named<Region>,
  nowMs: number,
  findings: Findings,
): Override {
  const path: Path = ['overrides', index];
  const region =
    input.region === undefined
      ? undefined
      : findings.reference('region', input.region, regions, [...path, 'region']);
  const pool =
    input.pool === undefined ? undefined : findings.reference('pool', input.pool, pools, [...path, 'pool']);
  const endpoint = resolvePoolEndpoint(input, path, pools, findings);
  tellEmpty(input, region, path, pools, findings);
  if (input.until !== undefined && input.until <= nowMs)
    findings.warning('CONFIG_UNUSED', [...path, 'until'], 'the override has expired; take it out');
  const untilSeconds = input.until === undefined ? undefined : Math.ceil(input.until / 1_000);
  const { action, reason, owner } = input;
  return { action, region, pool, endpoint, reason, owner, untilSeconds };
}

function tellEmpty(
  input: OverrideInput,
  region: number | undefined,
  path: Path,
  pools: Named<Pool>,
  findings: Findings,
): void {
  const pool = input.pool === undefined ? undefined : pools.get(input.pool)?.item;
  if (region === undefined || pool === undefined) return;
  if (pool.endpoints.some((endpoint) => endpoint.region === region)) return;
  const message = `pool ${showName(pool.name)} has no endpoint in region ${showName(input.region!)}`;
  findings.error('CONFIG_REFERENCE', [...path, 'region'], message);
}
