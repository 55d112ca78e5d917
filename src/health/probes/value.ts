import net from 'node:net';
import type { ValueCheck } from '../../config/check-model.ts';
import { faultOf } from '../values/comparison.ts';
import { readInstantQuery } from '../values/instant-query.ts';
import { type JsonRead, readJsonValue } from '../values/json-path.ts';
import { readPageValue } from '../values/prometheus-page.ts';
import { outcomeOf } from './outcome.ts';
import { type Page, readPage } from './page.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { ProbeFailure, printable } from './reasons.ts';

/** Reads one value, from Prometheus or from a page, and compares it. */
export const probeValue: Probe<ValueCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    const page = pageOf(target, check);
    // Prometheus tells what is wrong with a query in the body of a 400 or 422.
    const statuses = check.source.kind === 'query' ? [400, 422] : [];
    const read = readValue(await readPage(page, statuses, signal, progress), target, check);
    if (!read.ok) throw new ProbeFailure({ code: 'body', reason: printable(read.reason) });
    const fault = faultOf(read.value, check.wanted);
    if (fault === undefined) return;
    throw new ProbeFailure({ code: 'body', reason: printable(`${check.shown} is ${fault}`) });
  });

function readValue(text: string, target: ProbeTarget, { source }: ValueCheck): JsonRead {
  switch (source.kind) {
    case 'query':
      return readInstantQuery(text);
    case 'metric': {
      const { metric, labels } = source;
      const filled = labels.map(([name, value]) => [name, fill(value, target)] as const);
      return readPageValue(text, { metric, labels: new Map(filled) });
    }
    case 'json':
      return readJsonValue(text, source.path);
  }
}

function pageOf(target: ProbeTarget, { url, path, headers, source, tls }: ValueCheck): Page {
  const own = url === undefined;
  const host = net.isIPv6(target.host) ? `[${target.host}]` : target.host;
  const base = own ? `http://${host}:${target.port}${path}` : fill(url, target, urlText);
  const page = new URL(base);
  if (source.kind === 'query') {
    page.pathname = `${page.pathname.replace(/\/$/, '')}/api/v1/query`;
    page.searchParams.set('query', fill(source.query, target, promText));
  }
  return { url: page, at: own ? target : undefined, headers, tls };
}

/** Puts what is known of the endpoint in the place of `{address}`, `{endpoint}`, `{region}` and `{pool}`. */
function fill(
  text: string,
  target: ProbeTarget,
  quote: (value: string) => string = (value) => value,
): string {
  const { pool = '', endpoint = '', region = '' } = target.subject ?? {};
  const known: Readonly<Record<string, string>> = { address: target.address, pool, endpoint, region };
  return text.replace(/\{(address|pool|endpoint|region)\}/g, (_, key: string) => quote(known[key]!));
}

/** An IPv6 address stands in brackets where it is a host (RFC 3986 §3.2.2). */
function urlText(value: string): string {
  return net.isIPv6(value) ? `[${value}]` : encodeURIComponent(value);
}

/** For a place inside of PromQL's quotes. */
function promText(value: string): string {
  return value.replace(/["\\]/g, '\\$&');
}
