import { z } from 'zod';
import { formatName, isAtOrBelow, nameKey, parseName, sameName, type WireName } from '../../dns/names.ts';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import type { Pool, ServiceForm, Steer, Steering } from '../model.ts';
import type { Policy } from '../policy-model.ts';
import { poolsUnder } from '../policy-uses.ts';
import type { Path } from '../source.ts';
import type { SteeringList } from '../steerings.ts';
import { choice, integer, reference, text } from '../values.ts';
import { showName } from '../wording.ts';

const answers = integer(1, limits.answersPerQuery)
  .default(4)
  .describe('Most records in one answer, in the order of the policy.');

const serviceSchema = z.strictObject(
  {
    alpn: z
      .array(text('an ALPN id', /^[\x21-\x7e]{1,32}$/), { error: 'a list of ALPN ids such as h2' })
      .max(limits.serviceAlpn, { error: `at most ${limits.serviceAlpn} ALPN ids` })
      .default([])
      .describe('Protocols that are spoken there.'),
    port: integer(1, 65_535).optional().describe('Default: that of the scheme.'),
    answers,
  },
  { error: 'a mapping with `alpn`, `port`, `answers`, or {}' },
);

const formSchema = z.strictObject(
  {
    policy: reference('the name of a policy').describe('What answers the name.'),
    hosts: choice(['cname', 'flatten'])
      .optional()
      .describe(
        "What becomes of endpoints with a host name alone. Default: `cname` when all of the policy's are such and the name is not the apex.",
      ),
    https: serviceSchema.optional().describe('HTTPS records with hints (RFC 9460).'),
    svcb: serviceSchema.optional().describe('SVCB records with hints (RFC 9460).'),
    srv: z
      .strictObject(
        { port: integer(0, 65_535).describe('Of the service.'), answers },
        { error: 'a mapping with `port`' },
      )
      .optional()
      .describe('SRV records for the hosts of the endpoints (RFC 2782).'),
    mx: z
      .strictObject({ answers }, { error: 'a mapping with `answers`, or {}' })
      .optional()
      .describe('MX records for the hosts of the endpoints.'),
  },
  { error: 'a mapping with `policy`' },
);

export const steerSchema = z
  .record(z.string(), z.union([reference('the name of a policy'), formSchema]), {
    error: 'a mapping of owner names to policies',
  })
  .default({})
  .describe(
    'Owner name (relative to the zone; `@` is the apex) to the policy that answers its A and AAAA, or to a mapping with `policy` and the other records that it steers.',
  );

/** What steered names are resolved against. */
export interface SteerSurroundings {
  readonly policies: Named<Policy>;
  readonly pools: Named<Pool>;
  readonly steerings: SteeringList;
  readonly findings: Findings;
}

/** Owners are read even when the apex is faulty: their policies count as used and their names are checked. */
export function resolveSteer(
  input: z.output<typeof steerSchema>,
  apex: WireName | undefined,
  zone: Path,
  around: SteerSurroundings,
): Steer[] {
  const { findings } = around;
  const seen = new Map<string, string>();
  return Object.entries(input).flatMap(([text, value]) => {
    const path = [...zone, 'steer', text];
    const form = typeof value === 'string' ? { policy: value } : value;
    const at = typeof value === 'string' ? path : [...path, 'policy'];
    const policy = findings.reference('policy', form.policy, around.policies, at);
    const owner = parseName(text, apex);
    if (!owner.ok) {
      findings.error('CONFIG_VALUE', path, `${showName(text)} is not an owner name: ${owner.reason}`, 'key');
      return [];
    }
    if (apex !== undefined && !isAtOrBelow(owner.name, apex))
      findings.error('CONFIG_VALUE', path, `${showName(text)} is outside zone ${formatName(apex)}`, 'key');
    const first = seen.get(nameKey(owner.name));
    if (first !== undefined) {
      const message = `${showName(text)} is the same owner as ${showName(first)}`;
      findings.error('CONFIG_DUPLICATE', path, message, 'key');
    }
    seen.set(nameKey(owner.name), text);
    if (policy === undefined) return [];
    const isApex = apex !== undefined && sameName(owner.name, apex);
    const steering = around.steerings.add(resolveForm(form, policy, isApex, path, around));
    return [{ owner: owner.name, steering, ...findings.place(path, 'key') }];
  });
}

type FormInput = Pick<z.output<typeof formSchema>, 'policy'> & Partial<z.output<typeof formSchema>>;

function resolveForm(
  { hosts, https, svcb, srv, mx }: FormInput,
  policy: number,
  isApex: boolean,
  path: Path,
  around: SteerSurroundings,
): Steering {
  const { findings } = around;
  const endpoints = endpointsUnder(policy, around);
  const hostsAlone = endpoints.length > 0 && endpoints.every(({ address }) => address === undefined);
  if (hosts === 'cname' && isApex) {
    const message = 'the apex cannot be an alias (RFC 1034 §3.6.2); use `hosts: flatten`';
    findings.error('CONFIG_VALUE', [...path, 'hosts'], message);
  }
  if (hosts === 'cname' && !hostsAlone) {
    const message =
      'an alias stands alone, but the policy has endpoints with addresses; use `hosts: flatten`';
    findings.error('CONFIG_VALUE', [...path, 'hosts'], message);
  }
  const steered = [https, svcb, srv, mx].some((form) => form !== undefined);
  if (hosts === 'cname' && steered) {
    const message = 'beside an alias nothing else stands (RFC 1034 §3.6.2); use `hosts: flatten`';
    findings.error('CONFIG_VALUE', [...path, 'hosts'], message);
  }
  for (const [key, form] of Object.entries({ srv, mx })) {
    if (form === undefined || endpoints.some(({ host }) => host !== undefined)) continue;
    const message = `\`${key}\` leads to host names, and no endpoint of the policy has a \`host\``;
    findings.error('CONFIG_MISSING', [...path, key], message);
  }
  return {
    policy,
    hosts: hosts ?? (hostsAlone && !isApex && !steered ? 'cname' : 'flatten'),
    ...{ https: serviceOf(https), svcb: serviceOf(svcb), srv, mx },
  };
}

function serviceOf(input: z.output<typeof serviceSchema> | undefined): ServiceForm | undefined {
  return input && { alpn: input.alpn, port: input.port, answers: input.answers };
}

function endpointsUnder(policy: number, { policies, pools }: SteerSurroundings): Pool['endpoints'] {
  const all = [...policies.values()].map(({ item }) => item);
  const found = [...pools.values()].map(({ item }) => item);
  return poolsUnder(all, policy).flatMap((pool) => found[pool]?.endpoints ?? []);
}
