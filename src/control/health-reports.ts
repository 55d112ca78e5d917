import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import type { Report } from '../health/reports.ts';
import { limits } from '../runtime/limits.ts';

export interface ReportSink {
  /** SHA-256 of the tokens that may report, in hexadecimal digits. */
  tokens(): readonly string[];
  /** False when no monitor waits for reports about such an endpoint. */
  take(pool: string, endpoint: string, report: Report): boolean;
  count(result: 'accepted' | 'unauthorized' | 'unknown' | 'malformed'): void;
}

/**
 * `POST /api/v1/health/POOL/ENDPOINT`: an endpoint, or whoever knows it, says how it is. Only with a token, and only
 * as JSON by its content type: a page in somebody's browser can send neither without being asked.
 */
export function addReportRoute(app: Hono, sink: ReportSink): void {
  app.post('/api/v1/health/:pool/:endpoint', async (c) => {
    if (!isAuthorized(c.req.header('authorization'), sink.tokens())) {
      sink.count('unauthorized');
      c.header('WWW-Authenticate', 'Bearer');
      return c.json(
        { error: 'wanted `Authorization: Bearer TOKEN` with a token of node.push-tokens-file' },
        401,
      );
    }
    const report = await readReport(c);
    if ('fault' in report) {
      sink.count('malformed');
      return c.json({ error: report.fault }, report.status);
    }
    const { pool, endpoint } = c.req.param();
    if (!sink.take(pool, endpoint, report)) {
      sink.count('unknown');
      return c.json({ error: 'no monitor of type push checks such an endpoint' }, 404);
    }
    sink.count('accepted');
    return c.json({ pool, endpoint, status: report.status });
  });
}

/**
 * Compares digests of equal length, each with each, so that the time says neither how much of a token was right nor
 * which one it was.
 */
function isAuthorized(header: string | undefined, tokens: readonly string[]): boolean {
  const match = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(header ?? '');
  const given = createHash('sha256')
    .update(match?.[1] ?? '')
    .digest();
  let known = false;
  for (const token of tokens) known = timingSafeEqual(given, Buffer.from(token, 'hex')) || known;
  return known && match !== null;
}

interface Fault {
  readonly status: 400 | 413 | 415;
  readonly fault: string;
}

async function readReport(c: Context): Promise<Report | Fault> {
  if (!/^application\/json(?:\s*;|$)/i.test(c.req.header('content-type') ?? ''))
    return { status: 415, fault: 'wanted `Content-Type: application/json`' };
  const text = await readBody(c.req.raw.body);
  if (text === undefined)
    return { status: 413, fault: `the body is larger than ${limits.reportBytes} bytes` };
  const wanted = 'wanted {"status":"up"} or {"status":"down"}, with a "reason" in text if you like';
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { status: 400, fault: `the body is not JSON; ${wanted}` };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { status: 400, fault: wanted };
  const { status, reason, ...others } = body as Record<string, unknown>;
  if (status !== 'up' && status !== 'down') return { status: 400, fault: `\`status\`: ${wanted}` };
  if (reason !== undefined && typeof reason !== 'string')
    return { status: 400, fault: `\`reason\`: ${wanted}` };
  if (Object.keys(others).length > 0) return { status: 400, fault: `unknown keys; ${wanted}` };
  return { status, reason };
}

/** Undefined when there is more than a report may have; the rest is not read. */
async function readBody(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limits.reportBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
