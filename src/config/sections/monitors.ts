import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { readAuthorities } from '../authorities.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import type { HttpCheck, Monitor, TcpCheck } from '../model.ts';
import { parseStatus } from '../status-ranges.ts';
import { choice, duration, integer, isHostName, reading, text, typeWanted } from '../values.ts';

const defaultTimeoutMs = 2_000;
const pathWanted = 'a path that begins with `/`, without spaces or `#`';
const hostWanted = 'a host name without a port';
const statusWanted = 'statuses from 100 to 599, such as 200 or "200-299,304"';
const bodyBytes = limits.probeBodyBytes;

const anyMonitor = {
  port: integer(1, 65_535).optional(),
  interval: duration('100ms', '1h').prefault('10s').describe('Time between two probes of an endpoint.'),
  timeout: duration('10ms', '1h')
    .optional()
    .describe(
      'The whole deadline of a probe: connect, TLS, request, body. Not longer than the interval. Default: 2s, or the interval if that is shorter.',
    ),
  fall: integer(1, 100).default(3).describe('Failed probes that take an endpoint out.'),
  rise: integer(1, 100).default(2).describe('Successful probes in a row that bring an endpoint back.'),
};

const anyHttp = {
  ...anyMonitor,
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
          error: 'the name of a header that the probe does not set itself (use `host` for Host)',
        }),
      text('text on one line', /^[\x20-\x7e]*$/),
      { error: 'the name of a header that the probe does not set itself (use `host` for Host)' },
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

const httpSchema = z
  .strictObject({
    type: z.literal('http').describe('Checks by an HTTP request.'),
    ...anyHttp,
    port: anyMonitor.port.describe(
      'Where to connect unless `probe` of the endpoint names a port. Default: 80.',
    ),
  })
  .describe('A check by HTTP.');

const httpsSchema = z
  .strictObject({
    type: z.literal('https').describe('Checks by an HTTPS request; the certificate must be valid.'),
    ...anyHttp,
    port: anyMonitor.port.describe(
      'Where to connect unless `probe` of the endpoint names a port. Default: 443.',
    ),
    'verify-certificate': z
      .boolean({ error: 'true or false' })
      .default(true)
      .describe('False accepts any certificate, also that of an attacker.'),
    ca: text('the path of a PEM file')
      .optional()
      .describe('PEM file with authorities to trust beside those of the system; relative to this file.'),
  })
  .describe('A check by HTTPS.');

const tcpSchema = z
  .strictObject({
    type: z.literal('tcp').describe('Checks that a connection can be opened.'),
    ...anyMonitor,
    port: anyMonitor.port.describe(
      'Where to connect unless `probe` of the endpoint names a port. No default.',
    ),
  })
  .describe('A check by a TCP connection.');

export const monitorSchema = z.discriminatedUnion('type', [httpSchema, httpsSchema, tcpSchema], {
  error: typeWanted('http', 'https', 'tcp'),
});

type MonitorInput = z.output<typeof monitorSchema>;

/** `base`: the directory of the config file. */
export function resolveMonitor(
  name: string,
  input: MonitorInput,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): Monitor {
  const timeoutMs = input.timeout ?? Math.min(defaultTimeoutMs, input.interval);
  if (timeoutMs > input.interval) {
    const message = `\`timeout\` (${timeoutMs} ms) is longer than \`interval\` (${input.interval} ms)`;
    findings.error('CONFIG_VALUE', ['monitors', name, 'timeout'], message);
  }
  const { interval: intervalMs, fall, rise } = input;
  const check =
    input.type === 'tcp' ? resolveTcp(input) : resolveHttp(name, input, environment, base, findings);
  return { name, intervalMs, timeoutMs, fall, rise, check };
}

function resolveTcp(input: Extract<MonitorInput, { type: 'tcp' }>): TcpCheck {
  return { type: 'tcp', port: input.port };
}

function resolveHttp(
  name: string,
  input: Extract<MonitorInput, { type: 'http' | 'https' }>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): HttpCheck {
  if (input.method === 'HEAD' && input.body !== undefined) {
    findings.error(
      'CONFIG_VALUE',
      ['monitors', name, 'body'],
      '`body` needs method GET; an answer to HEAD has no body',
    );
  }
  const tls = input.type === 'https' ? input : undefined;
  const { type, port, method, path, host, headers, status, body } = input;
  const ca =
    tls?.ca === undefined
      ? undefined
      : readAuthorities(tls.ca, ['monitors', name, 'ca'], environment, base, findings);
  return {
    type,
    port,
    method,
    path,
    host,
    headers,
    status,
    body,
    verifyCertificate: tls?.['verify-certificate'] ?? true,
    ca,
  };
}
