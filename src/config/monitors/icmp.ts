import { z } from 'zod';
import type { IcmpCheck } from '../check-model.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const { port: _, ...keys } = monitorKeys(undefined);

export const icmpSchema = z
  .strictObject({ type: z.literal('icmp').describe('Checks by an ICMP echo (ping).'), ...keys })
  .describe('A check by ICMP echo.');

/** A machine that sends no pings still serves: what it cannot check keeps its state. */
export function resolveIcmp({ path, environment, findings }: MonitorContext): IcmpCheck {
  const refusal = environment.pingRefusal();
  if (refusal !== undefined) {
    const message = `this machine can send no pings, so nothing is checked here: ${refusal}`;
    findings.warning('CONFIG_VALUE', [...path, 'type'], message);
  }
  return { type: 'icmp', port: 0 };
}
