import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { LatencyRule } from '../model.ts';
import type { Path } from '../source.ts';
import { choice, duration, integer } from '../values.ts';

/** How slow an endpoint may be. */
export const latencySchema = z
  .strictObject(
    {
      p95: duration('1ms', '1h').describe('The longest that 19 of 20 successful probes may take.'),
      window: integer(5, limits.latencyWindow)
        .default(20)
        .describe('How many results are looked at, failed ones among them.'),
      // biome-ignore lint/suspicious/noThenProperty: a word of the file, not of a promise.
      then: choice(['degraded', 'down'])
        .default('degraded')
        .describe('What a slower endpoint is: `degraded` serves only where no other is up.'),
    },
    { error: 'a mapping with `p95`' },
  )
  .describe('How slow an endpoint may be. Default: as slow as the timeout.');

/** `path`: of the mapping in the file. */
export function resolveLatency(
  { p95: p95Ms, window, then: verdict }: z.output<typeof latencySchema>,
  timeoutMs: number,
  path: Path,
  findings: Findings,
): LatencyRule {
  if (p95Ms >= timeoutMs) {
    const message = `\`p95\` (${p95Ms} ms) is not shorter than the timeout (${timeoutMs} ms): slower probes fail before`;
    findings.error('CONFIG_VALUE', [...path, 'p95'], message);
  }
  return { p95Ms, window, verdict };
}
