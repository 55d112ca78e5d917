import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { ProbeCheck } from '../check-model.ts';
import type { Named } from '../findings.ts';
import type { Monitor } from '../model.ts';
import { type MonitorContext, resolveBase } from '../monitors/base.ts';
import { allOfSchema, anyOfSchema, type FindPart, nOfSchema, resolveCombined } from '../monitors/combined.ts';
import { dnsSchema, resolveDnsCheck } from '../monitors/dns.ts';
import { execSchema, resolveExec } from '../monitors/exec.ts';
import { grpcSchema, resolveGrpc } from '../monitors/grpc.ts';
import { httpSchema, httpsSchema, resolveHttp } from '../monitors/http.ts';
import { icmpSchema, resolveIcmp } from '../monitors/icmp.ts';
import { prometheusSchema, resolvePrometheus } from '../monitors/prometheus.ts';
import { pushSchema, resolvePush } from '../monitors/push.ts';
import { resolveTcp, tcpSchema } from '../monitors/tcp.ts';
import { resolveTlsCheck, tlsSchema } from '../monitors/tls.ts';
import { typeWanted } from '../values.ts';
import { showName, showNames } from '../wording.ts';

const monitorTypes = [
  ...['http', 'https', 'tcp', 'tls', 'dns', 'grpc', 'icmp', 'exec', 'prometheus', 'push'],
  ...['all-of', 'any-of', 'n-of'],
];

/** A new type of monitor: a file with its schema in `monitors/`, its model, a line here and a case below. */
export const monitorSchema = z.discriminatedUnion(
  'type',
  [
    httpSchema,
    httpsSchema,
    tcpSchema,
    tlsSchema,
    dnsSchema,
    grpcSchema,
    icmpSchema,
    execSchema,
    prometheusSchema,
    pushSchema,
    allOfSchema,
    anyOfSchema,
    nOfSchema,
  ],
  { error: typeWanted(...monitorTypes) },
);

type MonitorInput = z.output<typeof monitorSchema>;

/** Monitors may name each other as parts, so that they are resolved parts first, each once. */
export function resolveMonitors(
  inputs: Named<MonitorInput>,
  context: Omit<MonitorContext, 'path'>,
): Named<Monitor> {
  const resolved = new Map<string, Monitor | undefined>();
  const { findings } = context;

  const resolve = (name: string, input: MonitorInput, above: readonly string[]): Monitor => {
    const here = { ...context, path: ['monitors', name] };
    const chain = [...above, name];
    const find: FindPart = (part, path) => {
      if (findings.reference('monitor', part, inputs, path) === undefined) return undefined;
      if (chain.includes(part)) {
        const loop = showNames([...chain.slice(chain.indexOf(part)), part]);
        findings.error('CONFIG_VALUE', path, `monitor ${showName(part)} is a part of itself: ${loop}`);
        return undefined;
      }
      if (chain.length >= limits.monitorDepth) {
        const message = `monitors are nested too deep: ${showNames([...chain, part])}; wanted at most ${limits.monitorDepth} levels`;
        findings.error('CONFIG_VALUE', path, message);
        return undefined;
      }
      const item = inputs.get(part)?.item;
      if (!resolved.has(part)) resolved.set(part, item && resolve(part, item, chain));
      return resolved.get(part);
    };
    return { ...resolveBase(name, input, here), check: resolveCheck(input, here, find) };
  };

  for (const [name, { item }] of inputs) {
    if (!resolved.has(name)) resolved.set(name, item && resolve(name, item, []));
  }
  return new Map([...inputs].map(([name, { index }]) => [name, { index, item: resolved.get(name) }]));
}

function resolveCheck(input: MonitorInput, context: MonitorContext, find: FindPart): ProbeCheck {
  switch (input.type) {
    case 'http':
    case 'https':
      return resolveHttp(input, context);
    case 'tcp':
      return resolveTcp(input, context);
    case 'tls':
      return resolveTlsCheck(input, context);
    case 'dns':
      return resolveDnsCheck(input, context);
    case 'grpc':
      return resolveGrpc(input, context);
    case 'icmp':
      return resolveIcmp(context);
    case 'exec':
      return resolveExec(input, context);
    case 'prometheus':
      return resolvePrometheus(input, context);
    case 'push':
      return resolvePush(input, context);
    case 'all-of':
    case 'any-of':
    case 'n-of':
      return resolveCombined(input, context, find);
  }
}
