import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { parseInstant } from '../config/instant.ts';
import type { SocketAddress } from '../config/model.ts';
import { typeNumber } from '../dns/constants.ts';
import { parseName } from '../dns/names.ts';
import { formatAddress, parseAddress } from '../ip/address.ts';
import { parsePrefix } from '../ip/prefix.ts';
import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import type { Log } from '../runtime/log.ts';
import { formatSocket } from './data-plane.ts';
import type { ExplainClient, ExplainRequest } from './explain/ask.ts';
import { ExplainTurns } from './explain-turns.ts';
import type { Explanation } from './explanation.ts';
import type { Status } from './status.ts';

/** What the HTTP side shows. */
export interface HttpSource {
  metricsPage(): Promise<string>;
  /** Undefined when ready, else why not. */
  notReady(): string | undefined;
  /** Undefined before the first snapshot. */
  status(): Status | undefined;
  /** Undefined before the first snapshot; a string says what is wrong with the request. */
  explain(request: ExplainRequest): Explanation | string | undefined;
}

/** The routes that only read. */
export function createRoutes(source: HttpSource, log: Log): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.text('ok\n'));
  app.get('/readyz', (c) => {
    const reason = source.notReady();
    return reason === undefined ? c.text('ok\n') : c.text(`not ready: ${reason}\n`, 503);
  });
  app.get('/metrics', async (c) => {
    c.header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    return c.body(await source.metricsPage());
  });
  app.get('/api/v1/status', (c) => {
    const status = source.status();
    return status === undefined ? c.json({ error: 'not ready' }, 503) : c.json(status);
  });
  const turns = new ExplainTurns();
  app.get('/api/v1/explain', async (c) => {
    const request = readExplainRequest(c.req.query());
    if (typeof request === 'string') return c.json({ error: request }, 400);
    const turn = turns.take(() => source.explain(request));
    if (turn === undefined) {
      c.header('Retry-After', '1');
      return c.json({ error: 'too many explanations are asked for at once; ask again in a second' }, 503);
    }
    const explanation = await turn;
    if (explanation === undefined) return c.json({ error: 'not ready' }, 503);
    return typeof explanation === 'string' ? c.json({ error: explanation }, 400) : c.json(explanation);
  });
  app.notFound((c) =>
    c.json(
      {
        error:
          'no such page; see /metrics, /livez, /readyz, /api/v1/status, /api/v1/explain, /api/v1/timeline, POST /api/v1/health/POOL/ENDPOINT',
      },
      404,
    ),
  );
  app.onError((error, c) => {
    log.error({ err: error }, `HTTP ${c.req.path} failed`);
    return c.json({ error: 'internal error' }, 500);
  });
  return app;
}

/** The parameters of explain as text. */
export interface ExplainTexts {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly client?: string | undefined;
  /** Names of regions, by commas. */
  readonly without?: string | undefined;
  /** A time with its zone. */
  readonly at?: string | undefined;
}

/** Parses the parameters of explain, of the API and of the command line alike; a string says what is wrong. */
export function readExplainRequest({
  name,
  type,
  client,
  without,
  at,
}: ExplainTexts): ExplainRequest | string {
  if (!name) return '`name` is missing: give the name to explain';
  const parsed = parseName(name);
  if (!parsed.ok) return `\`name\`: ${parsed.reason}`;
  const number = typeNumber(type ?? 'A');
  if (number === undefined) return `\`type\`: ${JSON.stringify(type)} is no record type`;
  if (!client) return '`client` is missing: give an address or a prefix';
  const who = readClient(client);
  if (who === undefined) return `\`client\`: ${JSON.stringify(client)} is neither an address nor a prefix`;
  const lost = without === undefined ? [] : without.split(',', limits.regions + 1).map((each) => each.trim());
  if (lost.some((each) => each === '')) return '`without`: give names of regions, with commas between them';
  if (lost.length > limits.regions) return `\`without\`: at most ${limits.regions} regions`;
  const atMs = at === undefined ? undefined : parseInstant(at);
  if (at !== undefined && atMs === undefined)
    return `\`at\`: ${JSON.stringify(at)} is no time like 2026-12-01T10:00:00Z`;
  return { name: parsed.name, type: number, client: who, without: lost, atMs };
}

function readClient(text: string): ExplainClient | undefined {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return { address: prefix.address, prefix: prefix.length };
  const address = parseAddress(text);
  return address && { address, prefix: undefined };
}

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens; rejects with OperatorError LISTEN when the address cannot be had. */
export function startHttp(app: Hono, address: SocketAddress, log: Log): Promise<HttpServer> {
  const hostname = formatAddress(address.address);
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port: address.port }, (info) => {
      server.off('error', refuse);
      // Such as no file descriptor left for a new connection: that one is lost, the listener goes on.
      server.on('error', (error: Error) => log.error({ err: error }, 'HTTP lost a connection'));
      resolve({
        port: info.port,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    const refuse = (error: NodeJS.ErrnoException): void => {
      const reason = error.code === 'EADDRINUSE' ? 'address already in use' : error.message;
      reject(new OperatorError('LISTEN', `cannot listen on http ${formatSocket(address)}: ${reason}`));
    };
    server.on('error', refuse);
    server.maxConnections = limits.httpConnections;
    if ('requestTimeout' in server) server.requestTimeout = limits.httpRequestMs;
  });
}
