import { z } from 'zod';
import type { PushCheck } from '../check-model.ts';
import { duration } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const { port: _, source: __, ...keys } = monitorKeys(undefined);

export const pushSchema = z
  .strictObject({
    type: z.literal('push').describe('Waits for reports over the API; needs `node.push-tokens-file`.'),
    ...keys,
    stale: duration('1s', '24h')
      .prefault('60s')
      .describe('An endpoint without a report for so long counts as failed.'),
  })
  .describe('Health that is reported to us.');

export function resolvePush(
  input: z.output<typeof pushSchema>,
  { path, findings, takesReports }: MonitorContext,
): PushCheck {
  if (!takesReports) {
    const message = 'nobody may report: type push needs `node: { push-tokens-file: FILE }` and `listen.http`';
    findings.error('CONFIG_VALUE', [...path, 'type'], message);
  }
  return { type: 'push', port: 0, staleMs: input.stale };
}
