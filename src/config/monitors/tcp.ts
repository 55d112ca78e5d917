import { z } from 'zod';
import type { TcpCheck } from '../check-model.ts';
import { monitorKeys } from './base.ts';

export const tcpSchema = z
  .strictObject({
    type: z.literal('tcp').describe('Checks that a connection can be opened.'),
    ...monitorKeys(undefined),
  })
  .describe('A check by a TCP connection.');

export function resolveTcp(input: z.output<typeof tcpSchema>): TcpCheck {
  return { type: 'tcp', port: input.port };
}
