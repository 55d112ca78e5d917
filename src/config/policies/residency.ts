import { z } from 'zod';
import { parseAddress } from '../../ip/address.ts';
import { limits } from '../../runtime/limits.ts';
import { clientMap } from '../client-map.ts';
import type { Named } from '../findings.ts';
import type { Config } from '../model.ts';
import type { Permitted, Residency } from '../policy-model.ts';
import { regionsUnder } from '../policy-uses.ts';
import { reading } from '../values.ts';
import { showName } from '../wording.ts';
import { PolicyContext, type PolicySurroundings } from './context.ts';

const valueWanted = '`any`, `none`, a region or a list of regions';
const unknownWanted = `${valueWanted}: clients that no database has may be anywhere, and only you can say who may serve them`;
const sorryWanted = `a list of at most ${limits.answersPerQuery} IP addresses`;

function permitted(wanted = valueWanted) {
  const region = z.string({ error: wanted });
  return z.union([region, z.array(region, { error: wanted }).min(1, { error: wanted })], { error: wanted });
}

export const residencySchema = z
  .object(
    {
      default: permitted().default('any').describe('For clients that no other key stands for.'),
      unknown: permitted(unknownWanted).describe('For clients that no database has. There is no default.'),
      sorry: z
        .array(reading('an IPv4 or IPv6 address', parseAddress), { error: sorryWanted })
        .max(limits.answersPerQuery, { error: sorryWanted })
        .default([])
        .describe('Answered when no permitted region can serve. Default: no address.'),
    },
    { error: 'a mapping of clients to regions, with `unknown`' },
  )
  .catchall(permitted())
  .refine((input) => Object.keys(input).length <= limits.viewEntries, {
    error: `a mapping of at most ${limits.viewEntries} keys`,
  })
  .describe(
    'Which regions may serve whom: clients (`EU`, `EU27`, `EEA`, `US`, `US-CA`, `AS64500`, `192.0.2.0/24`) to `any`, `none`, a region or a list of regions.',
  );

type ResidencyInput = z.output<typeof residencySchema>;

export function resolveResidency(input: ResidencyInput, context: PolicyContext): Residency {
  const { default: otherwise, unknown, sorry, ...rest } = input;
  const items = Object.entries(rest).map(([text, value]) => ({
    ...{ text, path: context.path('residency', text), part: 'key' as const },
    value: resolvePermitted(value as string | string[], text, context),
  }));
  const { view, values } = clientMap(items, (value) => String(value), context.findings);
  return {
    permitted: [
      resolvePermitted(unknown, 'unknown', context),
      resolvePermitted(otherwise, 'default', context),
      ...values,
    ],
    view: context.view(view, 'residency'),
    sorry,
  };
}

/** `any` and `none` are words, not regions, where they stand alone. */
function resolvePermitted(input: string | readonly string[], key: string, context: PolicyContext): Permitted {
  if (input === 'any') return 'any';
  if (input === 'none') return [];
  const path = ['residency', key];
  if (typeof input === 'string') return [context.region(input, path)];
  const regions = input.map((name, i) => {
    const first = input.indexOf(name);
    if (first < i) {
      const message = `region ${showName(name)} stands here already`;
      context.findings.error('CONFIG_DUPLICATE', context.path(...path, i), message);
    }
    return context.region(name, [...path, i]);
  });
  return regions.sort((a, b) => a - b);
}

/**
 * Warns of permitted regions that a policy leads to no endpoint in: its pools have none, or its order has none of them. For
 * configs without errors.
 */
export function warnOfEmptyRegions(
  policies: Named<Restricted>,
  resolved: Pick<Config, 'policies' | 'pools'>,
  around: PolicySurroundings,
): void {
  for (const [name, { index, item }] of policies) {
    if (item?.residency === undefined) continue;
    const context = new PolicyContext(name, around);
    const served = regionsUnder(resolved, index);
    for (const [key, value] of Object.entries(item.residency)) {
      if (key !== 'sorry') warnOfEmpty(key, value as string | string[], served, context);
    }
  }
}

interface Restricted {
  readonly residency?: ResidencyInput | undefined;
}

function warnOfEmpty(
  key: string,
  value: string | readonly string[],
  served: ReadonlySet<number>,
  context: PolicyContext,
): void {
  if (value === 'any' || value === 'none') return;
  for (const [i, name] of [value].flat().entries()) {
    if (served.has(context.around.regions.get(name)!.index)) continue;
    const path = context.path('residency', key, ...(typeof value === 'string' ? [] : [i]));
    const message = `no endpoint that this policy leads to is in region ${showName(name)}: who may be served by no other is refused`;
    context.findings.warning('CONFIG_UNUSED', path, message);
  }
}
