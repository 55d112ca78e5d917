import net from 'node:net';
import type { HttpCheck } from '../../config/check-model.ts';
import type { ProbeTarget } from './probe.ts';

/** What is asked for, in the words that both versions of HTTP share. */
export interface HttpRequest {
  readonly scheme: 'http' | 'https';
  /** Host header or :authority. */
  readonly authority: string;
  readonly method: HttpCheck['method'];
  readonly path: string;
  /** By lower-cased names; the check's own win. */
  readonly headers: Readonly<Record<string, string>>;
}

export function requestOf(target: ProbeTarget, check: HttpCheck): HttpRequest {
  const own = Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    scheme: check.type,
    authority: check.host ?? hostWithPort(target, check),
    method: check.method,
    path: check.path,
    headers: { 'user-agent': 'Meridian health check', accept: '*/*', ...Object.fromEntries(own) },
  };
}

function hostWithPort({ host, port }: ProbeTarget, { type }: HttpCheck): string {
  const usual = type === 'https' ? 443 : 80;
  return port === usual ? bracketed(host) : `${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return net.isIPv6(host) ? `[${host}]` : host;
}
