import { z } from 'zod';
import type { ProbeCheck } from '../check-model.ts';
import type { Monitor } from '../model.ts';
import { type MonitorContext, resolveBase } from '../monitors/base.ts';
import { httpSchema, httpsSchema, resolveHttp } from '../monitors/http.ts';
import { resolveTcp, tcpSchema } from '../monitors/tcp.ts';
import { resolveTlsCheck, tlsSchema } from '../monitors/tls.ts';
import { typeWanted } from '../values.ts';

/** A new type of monitor: a file with its schema in `monitors/`, its model, a line here and a case below. */
export const monitorSchema = z.discriminatedUnion('type', [httpSchema, httpsSchema, tcpSchema, tlsSchema], {
  error: typeWanted('http', 'https', 'tcp', 'tls'),
});

type MonitorInput = z.output<typeof monitorSchema>;

export function resolveMonitor(
  name: string,
  input: MonitorInput,
  context: Omit<MonitorContext, 'path'>,
): Monitor {
  const here = { ...context, path: ['monitors', name] };
  return { ...resolveBase(name, input, here), check: resolveCheck(input, here) };
}

function resolveCheck(input: MonitorInput, context: MonitorContext): ProbeCheck {
  switch (input.type) {
    case 'http':
    case 'https':
      return resolveHttp(input, context);
    case 'tcp':
      return resolveTcp(input, context);
    case 'tls':
      return resolveTlsCheck(input, context);
  }
}
