import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { ExecCheck } from '../check-model.ts';
import { text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const commandWanted = `a list of 1 to ${limits.commandWords} words that begins with the absolute path of a program`;
const { source: _, ...keys } = monitorKeys(undefined);

export const execSchema = z
  .strictObject({
    type: z.literal('exec').describe('Checks by a command of yours; needs `node.allow-exec`.'),
    ...keys,
    command: z
      .array(text('text on one line', /^[^\p{Cc}]{0,4096}$/u), { error: commandWanted })
      .min(1, { error: commandWanted })
      .max(limits.commandWords, { error: commandWanted })
      .refine(([program]) => program?.startsWith('/'), { error: commandWanted })
      .describe('Absolute path of a program, then its arguments. No shell looks at them.'),
  })
  .describe('A check by a command.');

export function resolveExec(
  input: z.output<typeof execSchema>,
  { path, findings, allowsExec }: MonitorContext,
): ExecCheck {
  if (!allowsExec) {
    const message = 'type exec runs programs; it needs `node: { allow-exec: true }`';
    findings.error('CONFIG_VALUE', [...path, 'type'], message);
  }
  return { type: 'exec', port: input.port ?? 0, command: input.command };
}
