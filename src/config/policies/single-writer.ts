import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Fence, SingleWriter, Tier } from '../policy-model.ts';
import { url } from '../pools/load-source.ts';
import { duration, eitherKey, text } from '../values.ts';
import type { PolicyContext } from './context.ts';

const wanted = 'true or false, or a mapping with `margin` or `fence`';
const commandWanted = `a list of 1 to ${limits.commandWords} words that begins with the absolute path of a program`;

const fenceSchema = z
  .strictObject(
    {
      url: url().describe('Address that a JSON object is posted to; status 200 confirms.'),
      command: z
        .array(text('text on one line', /^[^\p{Cc}]{0,4096}$/u), { error: commandWanted })
        .min(1, { error: commandWanted })
        .max(limits.commandWords, { error: commandWanted })
        .refine(([program]) => program?.startsWith('/'), { error: commandWanted })
        .optional()
        .describe(
          'Absolute path of a program, then its arguments; the JSON object is its input, exit status 0 confirms.',
        ),
      timeout: duration('100ms', '5m').prefault('10s').describe('How long one call may take.'),
      'give-up': duration('1s', '24h')
        .optional()
        .describe('After so long without its word the new owner is answered all the same. Default: never.'),
    },
    { error: 'a mapping with `url` or `command`' },
  )
  .superRefine(eitherKey('url', 'command', 'an http or https URL'));

export const singleWriterSchema = z
  .union(
    [
      z.boolean({ error: wanted }),
      z.strictObject(
        {
          margin: duration('0s', '24h')
            .prefault('5s')
            .describe('Waited for on top of the TTL, for resolvers that keep answers longer.'),
          fence: fenceSchema
            .optional()
            .describe('What shuts out the old owner before the new one is answered.'),
        },
        { error: wanted },
      ),
    ],
    { error: wanted },
  )
  .describe('Never two of the order within one TTL: nobody is answered between the old and the new one.');

interface Input {
  readonly 'single-writer'?: z.output<typeof singleWriterSchema> | undefined;
  readonly fallback?: string | undefined;
}

export function resolveSingleWriter(
  { 'single-writer': input = false, fallback }: Input,
  tiers: readonly Tier[],
  context: PolicyContext,
): SingleWriter | undefined {
  if (input === false) return undefined;
  const { findings } = context;
  if (fallback !== undefined) {
    const message = 'a fallback would be a second writer beside `single-writer`; put it into `order`';
    findings.error('CONFIG_KEY', context.path('fallback'), message, 'key');
  }
  for (const [i, tier] of tiers.entries()) {
    if (!('policy' in tier)) continue;
    const message = `\`single-writer\` needs endpoints, regions or pools in \`order\`, and ${context.nameOf(tier)} may answer with several`;
    findings.error('CONFIG_REFERENCE', context.path('order', i), message);
  }
  const { margin: marginMs, fence } = input === true ? { margin: 5_000, fence: undefined } : input;
  return { marginMs, fence: fence && resolveFence(fence, context) };
}

function resolveFence(input: z.output<typeof fenceSchema>, context: PolicyContext): Fence {
  const { url: address, command = [], timeout: timeoutMs, 'give-up': giveUpMs } = input;
  if (address !== undefined) return { hook: { url: address }, timeoutMs, giveUpMs };
  if (!context.around.allowsExec) {
    const message = 'a command needs `node: { allow-exec: true }`';
    context.findings.error('CONFIG_VALUE', context.path('single-writer', 'fence', 'command'), message);
  }
  return { hook: { command }, timeoutMs, giveUpMs };
}
