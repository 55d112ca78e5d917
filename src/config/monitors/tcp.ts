import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { TcpCheck } from '../check-model.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

export const tcpSchema = z
  .strictObject({
    type: z.literal('tcp').describe('Checks that a connection can be opened.'),
    ...monitorKeys(undefined),
    send: anyText().describe('Text that is sent once the connection is open, such as "PING\\r\\n".'),
    expect: anyText().describe(
      `Text that the first ${limits.probeBodyBytes / 1024} KiB of what comes back must hold.`,
    ),
  })
  .describe('A check by a TCP connection.');

export function resolveTcp(
  { port, send, expect }: z.output<typeof tcpSchema>,
  { path, findings }: MonitorContext,
): TcpCheck {
  if (send !== undefined && expect === undefined) {
    const message =
      '`send` needs `expect`: a text that nothing comes back for checks no more than the connection';
    findings.error('CONFIG_MISSING', [...path, 'send'], message);
  }
  return { type: 'tcp', port, send, expect };
}

/** Control characters are part of protocols: lines end in \r\n, some begin with zeros. */
function anyText() {
  const error = `text of 1 to ${limits.probeTextBytes} bytes`;
  return z
    .string({ error })
    .min(1, { error })
    .refine((text) => Buffer.byteLength(text) <= limits.probeTextBytes, { error })
    .optional();
}
