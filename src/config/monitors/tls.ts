import { resolve } from 'node:path';
import { z } from 'zod';
import { readAuthorities } from '../authorities.ts';
import type { TlsCheck } from '../check-model.ts';
import { readPair } from '../identity.ts';
import type { ProbeTls, TlsIdentity } from '../tls-model.ts';
import { integer, isHostName, reading, text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const usualPort = 443;
const usualWarnDays = 14;
const mostDays = 3_650;
const daysWanted = `a number of days, or a mapping with \`warn\` and \`critical\`, from 0 to ${mostDays}`;

/** Name of what is checked, for Host headers and certificates. */
export function hostKey(description: string) {
  return reading('a host name without a port', (host) => (isHostName(host) ? host : undefined))
    .optional()
    .describe(description);
}

/** Keys of every monitor that speaks TLS. */
export const tlsKeys = {
  'verify-certificate': z
    .boolean({ error: 'true or false' })
    .default(true)
    .describe('False accepts any certificate, also that of an attacker.'),
  ca: text('the path of a PEM file')
    .optional()
    .describe('PEM file with authorities to trust beside those of the system; relative to this file.'),
  certificate: text('the path of a PEM file')
    .optional()
    .describe('PEM file shown to endpoints that ask who probes: the certificate, then its chain.'),
  key: text('the path of a PEM file').optional().describe('PEM file of the private key of `certificate`.'),
  'days-left': z
    .union(
      [
        integer(0, mostDays),
        z.strictObject({
          warn: integer(0, mostDays)
            .optional()
            .describe(`Warned of when valid for fewer days. Default: ${usualWarnDays}.`),
          critical: integer(1, mostDays)
            .optional()
            .describe('The check fails when valid for fewer days. Default: only an expired one fails.'),
        }),
      ],
      { error: daysWanted },
    )
    .optional()
    .describe('Days that the certificate must still be valid for; a number is that of `warn`.'),
};

export const tlsSchema = z
  .strictObject({
    type: z.literal('tls').describe('Checks by a TLS handshake; the certificate must be valid.'),
    ...monitorKeys(usualPort),
    host: hostKey(
      "Name that is asked for and that the certificate must hold. Default: the endpoint's address.",
    ),
    ...tlsKeys,
  })
  .describe('A check by a TLS handshake.');

export function resolveTlsCheck(input: z.output<typeof tlsSchema>, context: MonitorContext): TlsCheck {
  const { host } = input;
  return { type: 'tls', port: input.port ?? usualPort, host, tls: resolveTls(input, context) };
}

export function resolveTls(input: z.output<z.ZodObject<typeof tlsKeys>>, context: MonitorContext): ProbeTls {
  const { path, environment, base, findings } = context;
  const days = input['days-left'];
  const { warn = usualWarnDays, critical } = typeof days === 'object' ? days : { warn: days };
  if (critical !== undefined && warn < critical) {
    const message = `\`warn\` (${warn} days) comes after \`critical\` (${critical} days); wanted the same or more`;
    findings.error('CONFIG_VALUE', [...path, 'days-left'], message);
  }
  return {
    verifyCertificate: input['verify-certificate'],
    ca:
      input.ca === undefined
        ? undefined
        : readAuthorities(input.ca, [...path, 'ca'], environment, base, findings),
    identity: resolveIdentity(input, context),
    warnDays: warn,
    failDays: critical,
  };
}

function resolveIdentity(
  { certificate, key }: z.output<z.ZodObject<typeof tlsKeys>>,
  { path, environment, base, findings }: MonitorContext,
): TlsIdentity | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined)
    return readPair(
      { certificate, key },
      { certificate: resolve(base, certificate), key: resolve(base, key) },
      path,
      environment,
      findings,
    )?.identity;
  const [there, missing] = key === undefined ? ['certificate', 'key'] : ['key', 'certificate'];
  findings.error('CONFIG_MISSING', [...path, there!], `\`${there}\` needs \`${missing}\` beside it`);
  return undefined;
}
