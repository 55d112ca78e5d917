import type { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import type { Pool, Region } from '../model.ts';
import type { Policy } from '../policy-model.ts';
import { choice, duration, integer, reference } from '../values.ts';
import type { ViewList } from '../views.ts';

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
  /** Of the pool. */
  readonly index: number;
  readonly regions: Named<Region>;
  readonly views: ViewList;
  readonly findings: Findings;
}

/** The keys of every policy as the model has them. */
export function resolveBase(
  name: string,
  input: z.output<z.ZodObject<typeof policyKeys>>,
): Pick<Policy, 'name' | 'ttl' | 'answers' | 'allDown' | 'fallback' | 'families' | 'residency'> {
  const seconds = input.ttl / 1_000;
  return {
    name,
    ttl: { minSeconds: seconds, maxSeconds: seconds },
    answers: input.answers,
    allDown: input['all-down'],
    fallback: undefined,
    families: 'together',
    residency: undefined,
  };
}

/** The view of regions by distance alone. */
export function distanceView({ regions, views }: PolicyContext): number {
  return views.add({ kind: 'distance', bias: Array(regions.size).fill(0) }) ?? 0;
}
