import { resolve } from 'node:path';
import { z } from 'zod';
import type { LoadEnvironment } from '../environment.ts';
import type { Config } from '../model.ts';
import { text } from '../values.ts';

const nodeWanted = 'at most 63 printable ASCII characters, no spaces';

export const nodeSchema = z
  .strictObject(
    {
      name: text(nodeWanted, /^[\x21-\x7e]{1,63}$/)
        .optional()
        .describe('What this node calls itself in logs and the API. Default: the host name.'),
    },
    { error: 'a mapping with `name`' },
  )
  .describe('This process.');

export const stateSchema = z
  .strictObject(
    {
      directory: text('a directory')
        .optional()
        .describe(
          'Where health, the compiled geo map and the secret of cookies survive a restart; relative to this file. Default: chosen by the command.',
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

/** `base`: the directory of the config file. */
export function resolveState(
  input: z.output<typeof stateSchema>,
  environment: LoadEnvironment,
  base: string,
): Config['state'] {
  return { directory: resolve(base, input.directory ?? environment.stateDirectory) };
}
