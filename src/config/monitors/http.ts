import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { HttpCheck } from '../check-model.ts';
import { parseStatus } from '../status-ranges.ts';
import { choice, text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';
import { jsonSchema, resolveJson } from './json.ts';
import { hostKey, resolveTls, tlsKeys } from './tls.ts';

const pathWanted = 'a path that begins with `/`, without spaces or `#`';
const statusWanted = 'statuses from 100 to 599, such as 200 or "200-299,304"';
const headerWanted = 'the name of a header that the probe does not set itself (use `host` for Host)';
const bodyBytes = limits.probeBodyBytes;
const usualPorts = { http: 80, https: 443 } as const;

export const requestKeys = {
  method: choice(['GET', 'HEAD']).default('GET').describe('Method of the request.'),
  path: text(pathWanted, /^\/[\x21\x22\x24-\x7e]*$/)
    .default('/')
    .describe('Path and query of the request.'),
  host: hostKey("Host header, and server name for TLS. Default: the endpoint's address."),
  'http-version': z
    .literal(['auto', 1.1, 2, '1.1', '2'], { error: 'auto, 1.1 or 2' })
    .default('auto')
    .describe(
      '`auto`: 2 where the endpoint offers it over TLS, else 1.1. Without TLS, 2 is spoken only when set.',
    ),
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
  json: jsonSchema.optional().describe('What must stand in a body that is JSON.'),
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
    ...tlsKeys,
  })
  .describe('A check by HTTPS.');

export function resolveHttp(
  input: z.output<typeof httpSchema> | z.output<typeof httpsSchema>,
  context: MonitorContext,
): HttpCheck {
  const { path, findings } = context;
  for (const key of ['body', 'json'] as const) {
    if (input.method !== 'HEAD' || input[key] === undefined) continue;
    const message = `\`${key}\` needs method GET; an answer to HEAD has no body`;
    findings.error('CONFIG_VALUE', [...path, key], message);
  }
  if (input.body !== undefined && input.json !== undefined)
    findings.error('CONFIG_VALUE', [...path, 'json'], '`json` and `body` exclude each other');
  const { type, method, host, headers, status, body } = input;
  return {
    type,
    port: input.port ?? usualPorts[type],
    version: String(input['http-version']) as HttpCheck['version'],
    method,
    path: input.path,
    host,
    headers,
    status,
    body,
    json: input.json && resolveJson(input.json, [...path, 'json'], findings),
    tls: input.type === 'https' ? resolveTls(input, context) : undefined,
  };
}
