import { z } from 'zod';
import type { LatencyPolicy } from '../policy-model.ts';
import { text } from '../values.ts';
import { policyKeys, poolKey } from './base.ts';
import type { PolicyContext } from './context.ts';
import { spreadKey } from './nearest.ts';

export const latencySchema = z
  .strictObject({
    type: z
      .literal('latency')
      .describe('Answers with the healthy region that the client reaches fastest, as measured.'),
    pool: poolKey(),
    ...policyKeys(),
    table: text('the path of a CSV file').describe(
      'CSV file of round-trip times, `client,region,milliseconds[,measured]`; relative to this file.',
    ),
    spread: spreadKey(),
  })
  .describe('The region with the shortest measured round-trip time, then the nearest.');

export function resolveLatency(
  input: z.output<typeof latencySchema>,
  context: PolicyContext,
): Pick<LatencyPolicy, 'type' | 'from' | 'view' | 'spread'> {
  const table = context.around.tables.latency(input.table, context.path('table'));
  const view = table === undefined ? 0 : context.view({ kind: 'latency', table }, 'table');
  return { type: 'latency', from: context.from(input.pool), view, spread: input.spread };
}
