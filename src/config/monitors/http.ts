import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { readAuthorities } from '../authorities.ts';
import type { HttpCheck } from '../check-model.ts';
import { parseStatus } from '../status-ranges.ts';
import { choice, isHostName, reading, text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const pathWanted = 'a path that begins with `/`, without spaces or `#`';
const hostWanted = 'a host name without a port';
const statusWanted = 'statuses from 100 to 599, such as 200 or "200-299,304"';
const headerWanted = 'the name of a header that the probe does not set itself (use `host` for Host)';
const bodyBytes = limits.probeBodyBytes;
const usualPorts = { http: 80, https: 443 } as const;

export const requestKeys = {
  method: choice(['GET', 'HEAD']).default('GET').describe('Method of the request.'),
  path: text(pathWanted, /^\/[\x21\x22\x24-\x7e]*$/)
    .default('/')
    .describe('Path and query of the request.'),
  host: reading(hostWanted, (host) => (isHostName(host) ? host : undefined))
    .optional()
    .describe("Host header, and server name for TLS. Default: the endpoint's address."),
  headers: z
    .record(
      z
        .string()
        .regex(/^(?!(?:host|connection|content-length|transfer-encoding)$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$/i, {
          error: headerWanted,
        }),
      text('text on one line', /^[\x20-\x7e]*$/),
      { error: headerWanted },
    )
    .default({})
    .describe('Headers that are sent with the request.'),
  status: z
    .union([z.int(), z.string(), z.array(z.union([z.int(), z.string()]))], { error: statusWanted })
    .transform((input, context) => {
      const ranges = parseStatus(input);
      if (ranges !== undefined) return ranges;
      context.issues.push({ code: 'custom', message: statusWanted, input });
      return z.NEVER;
    })
    .prefault('200-299')
    .describe('Statuses that count as success: a number, ranges in text, or a list of both.'),
  body: text(`text of 1 to ${bodyBytes} bytes on one line`)
    .max(bodyBytes, { error: `text of 1 to ${bodyBytes} bytes` })
    .optional()
    .describe(`Text that the first ${bodyBytes / 1024} KiB of the body must hold.`),
};

export const httpSchema = z
  .strictObject({
    type: z.literal('http').describe('Checks by an HTTP request.'),
    ...monitorKeys(usualPorts.http),
    ...requestKeys,
  })
  .describe('A check by HTTP.');

export const httpsSchema = z
  .strictObject({
    type: z.literal('https').describe('Checks by an HTTPS request; the certificate must be valid.'),
    ...monitorKeys(usualPorts.https),
    ...requestKeys,
    'verify-certificate': z
      .boolean({ error: 'true or false' })
      .default(true)
      .describe('False accepts any certificate, also that of an attacker.'),
    ca: text('the path of a PEM file')
      .optional()
      .describe('PEM file with authorities to trust beside those of the system; relative to this file.'),
  })
  .describe('A check by HTTPS.');

export function resolveHttp(
  input: z.output<typeof httpSchema> | z.output<typeof httpsSchema>,
  { path, environment, base, findings }: MonitorContext,
): HttpCheck {
  if (input.method === 'HEAD' && input.body !== undefined) {
    findings.error(
      'CONFIG_VALUE',
      [...path, 'body'],
      '`body` needs method GET; an answer to HEAD has no body',
    );
  }
  const tls = input.type === 'https' ? input : undefined;
  const { type, method, host, headers, status, body } = input;
  const ca =
    tls?.ca === undefined ? undefined : readAuthorities(tls.ca, [...path, 'ca'], environment, base, findings);
  return {
    type,
    port: input.port ?? usualPorts[type],
    method,
    path: input.path,
    host,
    headers,
    status,
    body,
    verifyCertificate: tls?.['verify-certificate'] ?? true,
    ca,
  };
}
