import type { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import type { Policy, Pool, Region } from '../model.ts';
import { choice, duration, integer, reference } from '../values.ts';

/** Keys of every policy. */
export const policyKeys = {
  pool: reference('the name of a pool').describe('The pool whose endpoints are given out.'),
  ttl: duration('0s', '168h', '1s').prefault('20s').describe('How long resolvers may keep an answer.'),
  answers: integer(1, limits.answersPerQuery).default(1).describe('Most addresses in one answer.'),
  'all-down': choice(['serve-all', 'last-known-good', 'nodata'])
    .default('serve-all')
    .describe('What to answer when no endpoint is up: all of them, those that were up last, or no address.'),
};

/** What a policy of any type is resolved against. */
export interface PolicyContext {
  readonly pool: Pool;
  readonly regions: Named<Region>;
  readonly findings: Findings;
}

/** The keys of every policy as the model has them. */
export function resolveBase(
  name: string,
  input: z.output<z.ZodObject<typeof policyKeys>>,
  pool: number,
): Pick<Policy, 'name' | 'pool' | 'ttlSeconds' | 'answers' | 'allDown'> {
  return { name, pool, ttlSeconds: input.ttl / 1_000, answers: input.answers, allDown: input['all-down'] };
}
