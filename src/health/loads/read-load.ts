import type { MeasuredLoad } from '../../config/policy-model.ts';
import type { ProbeTls } from '../../config/tls-model.ts';
import { unreachable } from '../../runtime/assert.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { limits } from '../../runtime/limits.ts';
import type { Progress } from '../probes/outcome.ts';
import { readPage } from '../probes/page.ts';
import { exchangeFailure, ProbeFailure } from '../probes/reasons.ts';
import { readInstantQuery } from '../values/instant-query.ts';
import { parseJsonPath, readJsonValue } from '../values/json-path.ts';
import { parseSelector, readPageSum } from '../values/prometheus-page.ts';
import { found, missing, type NumberRead, readSample } from '../values/value.ts';

/**
 * Asks once for a load, over a connection of its own. It takes at most its interval and `limits.loadDeadlineMs`. Never
 * rejects: whatever is not a number of at least 0 is a reason in one line. Aborting ends it at once.
 */
export function readLoad(source: MeasuredLoad, signal: AbortSignal): Promise<NumberRead> {
  const url = addressOf(source);
  const headers = { accept: '*/*', ...logIn(url) };
  return withDeadline(deadlineOf(source), signal, (end) =>
    readFrom(url, headers, end, (page) => valueIn(page, source)),
  );
}

/** The longest that one look may take. */
export function deadlineOf({ everyMs }: { readonly everyMs: number }): number {
  return Math.min(everyMs, limits.loadDeadlineMs);
}

/** What `take` finds in a page, or why there is none, in one line. */
export async function readFrom(
  url: URL,
  headers: Readonly<Record<string, string>>,
  end: AbortSignal,
  take: (page: string) => NumberRead,
): Promise<NumberRead> {
  const progress: Progress = { doing: '' };
  try {
    return take(await readPage({ url, at: undefined, headers, tls: plainTls }, [], end, progress));
  } catch (error) {
    if (progress.fault !== undefined) return missing(progress.fault.failure.reason);
    if (end.aborted) return missing((end.reason as Error).message);
    return missing(error instanceof ProbeFailure ? error.failure.reason : exchangeFailure(error).reason);
  }
}

/** Certificates are verified against the authorities of the machine. */
const plainTls: ProbeTls = {
  ...{ verifyCertificate: true, ca: undefined, identity: undefined },
  ...{ warnDays: 0, failDays: undefined },
};

/** A name and password that stand in the address. */
function logIn({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Of a server of Prometheus, the address of its API; it may stand below a path. */
function addressOf({ kind, url, query }: MeasuredLoad): URL {
  if (kind !== 'prometheus') return new URL(url);
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v1/query`;
  address.searchParams.set('query', query);
  return address;
}

/** The load in a document. */
function valueIn(body: string, { kind, query }: MeasuredLoad): NumberRead {
  switch (kind) {
    case 'prometheus':
      return asLoad(readInstantQuery(body));
    case 'metric': {
      const selector = parseSelector(query);
      return selector === undefined
        ? missing(`${JSON.stringify(query)} is not a metric`)
        : asLoad(readPageSum(body, selector));
    }
    case 'json': {
      const path = parseJsonPath(query);
      return path === undefined
        ? missing(`${JSON.stringify(query)} is not a path`)
        : asLoad(jsonNumber(readJsonValue(body, path)));
    }
    default:
      return unreachable(kind);
  }
}

function jsonNumber(read: ReturnType<typeof readJsonValue>): NumberRead {
  if (!read.ok) return read;
  const { value } = read;
  if (typeof value === 'number')
    return Number.isFinite(value) ? found(value) : missing('the value is too large for a number');
  return typeof value === 'string' ? readSample(value) : missing(`the value is ${value}, not a number`);
}

function asLoad(read: NumberRead): NumberRead {
  return read.ok && read.value < 0 ? missing(`the value is ${read.value}; wanted 0 or more`) : read;
}
