import { z } from 'zod';
import { parseJsonPath } from '../../health/values/json-path.ts';
import type { JsonWanted } from '../check-model.ts';
import type { Findings } from '../findings.ts';
import type { Path } from '../source.ts';
import { reading } from '../values.ts';

const scalarWanted = 'text, a number, true or false';
const bound = () => z.number({ error: 'a number' }).optional();

/** A value in a JSON document, and what it must be. */
export const jsonSchema = z.strictObject(
  {
    path: reading('a path such as `status.db` or `nodes[0].state`', parseJsonPath).describe(
      'Keys and indexes that lead to the value.',
    ),
    equals: z
      .union([z.string(), z.number(), z.boolean()], { error: scalarWanted })
      .optional()
      .describe('The value itself; text and numbers are told apart.'),
    'at-most': bound().describe('The largest number that is well.'),
    'at-least': bound().describe('The smallest number that is well.'),
  },
  { error: 'a mapping with `path` and `equals`, `at-most` or `at-least`' },
);

/** `path`: of the mapping in the file. */
export function resolveJson(input: z.output<typeof jsonSchema>, path: Path, findings: Findings): JsonWanted {
  const { equals, 'at-most': atMost, 'at-least': atLeast } = input;
  const bounded = atMost !== undefined || atLeast !== undefined;
  if (equals === undefined && !bounded)
    findings.error(
      'CONFIG_MISSING',
      path,
      'nothing is wanted of the value: `equals`, `at-most` or `at-least` is missing',
    );
  if (equals !== undefined && bounded)
    findings.error(
      'CONFIG_VALUE',
      [...path, 'equals'],
      '`equals` stands alone: `at-most` and `at-least` say something else',
    );
  if (atMost !== undefined && atLeast !== undefined && atLeast > atMost)
    findings.error(
      'CONFIG_VALUE',
      [...path, 'at-least'],
      `no number is at least ${atLeast} and at most ${atMost}`,
    );
  return { path: input.path, equals, atMost, atLeast };
}
