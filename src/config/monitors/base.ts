import type { z } from 'zod';
import { parseAddress } from '../../ip/address.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import type { Monitor } from '../model.ts';
import type { Path } from '../source.ts';
import { duration, integer, reading } from '../values.ts';
import { latencySchema, resolveLatency } from './latency.ts';

const defaultTimeoutMs = 2_000;

/** Keys of every monitor; `usualPort` is the default of `port`. */
export function monitorKeys(usualPort: number | undefined) {
  const usual = usualPort === undefined ? 'No default.' : `Default: ${usualPort}.`;
  return {
    port: integer(1, 65_535)
      .optional()
      .describe(`Where to connect unless \`probe\` of the endpoint names a port. ${usual}`),
    interval: duration('100ms', '1h').prefault('10s').describe('Time between two probes of an endpoint.'),
    timeout: duration('10ms', '1h')
      .optional()
      .describe(
        'The whole deadline of a probe: connect, TLS, request, body. Not longer than the interval. Default: 2s, or the interval if that is shorter.',
      ),
    fall: integer(1, 100).default(3).describe('Failed probes that take an endpoint out.'),
    rise: integer(1, 100).default(2).describe('Successful probes in a row that bring an endpoint back.'),
    source: reading('an IPv4 or IPv6 address of this machine', parseAddress)
      .optional()
      .describe('Address of this machine that probes come from. Default: the system chooses.'),
    latency: latencySchema.optional(),
  };
}

/** What a monitor of any type is resolved with. */
export interface MonitorContext {
  /** Of the monitor in the file. */
  readonly path: Path;
  readonly environment: LoadEnvironment;
  /** The directory of the config file. */
  readonly base: string;
  readonly findings: Findings;
  /** Whether the file allows checks that run programs. */
  readonly allowsExec: boolean;
  /** Whether somebody may report health. */
  readonly takesReports: boolean;
}

/** The keys of every monitor as the model has them. */
export function resolveBase(
  name: string,
  input: z.output<z.ZodObject<ReturnType<typeof monitorKeys>>>,
  { path, findings }: MonitorContext,
): Omit<Monitor, 'check'> {
  const timeoutMs = input.timeout ?? Math.min(defaultTimeoutMs, input.interval);
  if (timeoutMs > input.interval) {
    const message = `\`timeout\` (${timeoutMs} ms) is longer than \`interval\` (${input.interval} ms)`;
    findings.error('CONFIG_VALUE', [...path, 'timeout'], message);
  }
  const { interval: intervalMs, fall, rise, source } = input;
  const latency = input.latency && resolveLatency(input.latency, timeoutMs, [...path, 'latency'], findings);
  return { name, intervalMs, timeoutMs, fall, rise, source, latency };
}
