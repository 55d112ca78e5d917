import { resolve } from 'node:path';
import { z } from 'zod';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import type { Config } from '../model.ts';
import { readPushTokens } from '../push-tokens.ts';
import { text } from '../values.ts';
import { selfCheckSchema } from './self-check.ts';

const nodeWanted = 'at most 63 printable ASCII characters, no spaces';

export const nodeSchema = z
  .strictObject(
    {
      name: text(nodeWanted, /^[\x21-\x7e]{1,63}$/)
        .optional()
        .describe('What this node calls itself in logs and the API. Default: the host name.'),
      'allow-exec': z
        .boolean({ error: 'true or false' })
        .default(false)
        .describe('Whether monitors of type exec may run programs, as the user of this process.'),
      'push-tokens-file': text('the path of a file')
        .optional()
        .describe('Tokens that may report health, one a line; relative to this file.'),
      'self-check': selfCheckSchema,
    },
    { error: 'a mapping with `name`, `allow-exec`, `push-tokens-file` or `self-check`' },
  )
  .describe('This process.');

export const stateSchema = z
  .strictObject(
    {
      directory: text('a directory')
        .optional()
        .describe(
          'Where health, slow starts, floors, the timeline, the compiled geo map and the secret of cookies survive a restart; relative to this file. Default: chosen by the command.',
        ),
    },
    { error: 'a mapping with `directory`' },
  )
  .describe('What the process keeps on disk.');

export function resolveNode(
  input: z.output<typeof nodeSchema>,
  environment: LoadEnvironment,
): Config['node'] {
  return { name: input.name ?? environment.hostname };
}

/** Empty: nobody may report. Undefined after an error. */
export function resolvePushTokens(
  input: z.output<typeof nodeSchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): readonly string[] | undefined {
  const file = input['push-tokens-file'];
  if (file === undefined) return [];
  return readPushTokens(file, ['node', 'push-tokens-file'], environment, base, findings);
}

/** `base`: the directory of the config file. */
export function resolveState(
  input: z.output<typeof stateSchema>,
  environment: LoadEnvironment,
  base: string,
): Config['state'] {
  return { directory: resolve(base, input.directory ?? environment.stateDirectory) };
}
