import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Policy } from '../policy-model.ts';
import { choice, duration, integer, reference, unitWanted } from '../values.ts';
import type { PolicyContext } from './context.ts';
import { residencySchema, resolveResidency } from './residency.ts';

/** `pool:app` and `policy:app` where a name is both. */
export function useReference() {
  return reference('the name of a pool or policy');
}

export function poolKey() {
  return useReference().describe(
    'The pool whose endpoints are given out, or a policy that chooses for each region. A pool of that name comes first.',
  );
}

const ttl = () => duration('0s', '168h', '1s');
const ttlWanted = 'a duration such as `20s`, or a mapping with `min` and `max`';

/** Keys of every policy. `answers`: how many by default. */
export function policyKeys(answers = 1) {
  return {
    ttl: z
      .union(
        [
          ttl(),
          z.strictObject(
            {
              min: ttl().describe('The shortest: while something is about to change.'),
              max: ttl().describe('The longest: while nothing is.'),
            },
            { error: ttlWanted },
          ),
        ],
        { error: ({ input }) => (typeof input === 'number' ? unitWanted : ttlWanted) },
      )
      .prefault('20s')
      .describe('How long resolvers may keep an answer: always the same, or as long as nothing can change.'),
    answers: integer(1, limits.answersPerQuery).default(answers).describe('Most addresses in one answer.'),
    'all-down': choice(['serve-all', 'last-known-good', 'nodata', 'servfail'])
      .default('serve-all')
      .describe(
        'What to answer when nothing is usable: all endpoints, those that were up last, no address, or SERVFAIL.',
      ),
    fallback: useReference().optional().describe('A pool or policy that is asked before `all-down` decides.'),
    families: choice(['together', 'apart'])
      .default('together')
      .describe('Whether A and AAAA of a name come from one region, or each from where it finds an address.'),
    residency: residencySchema.optional(),
  };
}

type BaseInput = z.output<z.ZodObject<ReturnType<typeof policyKeys>>>;

/** The keys of every policy as the model has them. */
export function resolveBase(
  input: BaseInput,
  context: PolicyContext,
): Pick<Policy, 'name' | 'ttl' | 'answers' | 'allDown' | 'fallback' | 'families' | 'residency'> {
  return {
    name: context.name,
    ttl: resolveTtl(input.ttl, context),
    answers: input.answers,
    allDown: input['all-down'],
    fallback: input.fallback === undefined ? undefined : context.use(input.fallback, ['fallback']),
    families: input.families,
    residency: input.residency && resolveResidency(input.residency, context),
  };
}

function resolveTtl(input: BaseInput['ttl'], context: PolicyContext): Policy['ttl'] {
  const { min, max } = typeof input === 'number' ? { min: input, max: input } : input;
  if (min > max) {
    const message = `\`min\` (${min / 1_000} s) is longer than \`max\` (${max / 1_000} s)`;
    context.findings.error('CONFIG_VALUE', context.path('ttl', 'min'), message);
  }
  return { minSeconds: min / 1_000, maxSeconds: max / 1_000 };
}
