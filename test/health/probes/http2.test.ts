import type http2 from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCheck } from '../../../src/config/check-model.ts';
import { probeHttp } from '../../../src/health/probes/http.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { patientMs, shortMs, visit } from './shared.ts';
import {
  answer,
  flood,
  frame,
  httpCheck,
  httpsCheck,
  listen,
  listenHttp2,
  type TestServer,
} from './targets.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function probe(
  serving: Promise<TestServer>,
  check: Partial<HttpCheck>,
  deadlineMs = patientMs,
): Promise<ProbeResult> {
  const server = await serving;
  servers.push(server);
  const base = check.tls === undefined ? httpCheck : httpsCheck;
  const run = (signal: AbortSignal) => probeHttp(server.target, { ...base, ...check }, signal);
  return await visit({ probe: run, open: server.open, close: () => Promise.resolve() }, deadlineMs);
}

const clear = { version: '2' } as const;
const { tls } = httpsCheck;
const ready = (stream: http2.ServerHttp2Stream): void => {
  stream.respond({ ':status': 200 });
  stream.end('ready');
};

describe('http/2: what is sent', () => {
  it('asks with the names and headers of the check', async () => {
    let seen: http2.IncomingHttpHeaders = {};
    // The second is a word about connections, of which HTTP/2 has none.
    const own = { 'X-Key': '1', 'Keep-Alive': 'timeout=5' };
    const serving = listenHttp2((stream, headers) => {
      seen = headers;
      ready(stream);
    });
    const check = { ...clear, host: 'web.example', method: 'HEAD', headers: own } as const;
    expect(await probe(serving, check)).toMatchObject({ ok: true });
    expect(seen).toMatchObject({
      ...{ ':method': 'HEAD', ':path': '/healthz', ':authority': 'web.example', ':scheme': 'http' },
      ...{ 'x-key': '1', 'user-agent': 'Meridian health check' },
    });
    expect(seen).not.toHaveProperty('keep-alive');
  });

  it.each([
    ['auto, where both are offered', 'auto', ['h2', 'http/1.1'], '2'],
    ['1.1, where both are offered', '1.1', ['h2', 'http/1.1'], '1.1'],
    ['2, where both are offered', '2', ['h2', 'http/1.1'], '2'],
    ['auto, where 1.1 is offered', 'auto', ['http/1.1'], '1.1'],
    ['auto, where nothing is said', 'auto', [], '1.1'],
  ] as const)('speaks over TLS: %s', async (_, version, offered, spoken) => {
    const server = await listen((socket) => socket.once('data', () => socket.end()), 'valid', offered);
    await probe(Promise.resolve(server), { version, tls });
    expect(server.received().startsWith('PRI * HTTP/2.0') ? '2' : '1.1').toBe(spoken);
  });

  it.each([
    ['says nothing of it', [], 'the endpoint does not offer HTTP/2'],
    ['offers another', ['http/1.1'], 'speaks none of the wanted versions of HTTP'],
  ] as const)('fails where 2 is wanted and the endpoint %s', async (_, offered, reason) => {
    const result = await probe(
      listen(() => {}, 'valid', offered),
      { version: '2', tls },
    );
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('http/2: responses', () => {
  it('judges status and body as over 1.1', async () => {
    const moved = (stream: http2.ServerHttp2Stream) =>
      stream.respond({ ':status': 308, location: '/new' }, { endStream: true });
    expect(await probe(listenHttp2(moved), clear)).toMatchObject({
      code: 'status',
      reason: 'status 308 to /new (redirects are not followed), wanted 200-299',
    });
    expect(await probe(listenHttp2(ready), { ...clear, body: 'steady' })).toMatchObject({ code: 'body' });
    expect(await probe(listenHttp2(ready, 'valid'), { tls, body: 'ready' })).toMatchObject({ ok: true });
  });

  it('passes over what is informational', async () => {
    const early = (stream: http2.ServerHttp2Stream) => {
      stream.additionalHeaders({ ':status': 103 });
      ready(stream);
    };
    expect(await probe(listenHttp2(early), { ...clear, body: 'ready' })).toMatchObject({ ok: true });
  });

  const endless = (stream: http2.ServerHttp2Stream): void => {
    stream.respond({ ':status': 200 });
    const go = (): void => {
      while (!stream.destroyed && stream.write('x'.repeat(16_384)));
    };
    stream.on('drain', go);
    go();
  };
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]));
  const cases: [string, (stream: http2.ServerHttp2Stream) => void, ProbeResult['code'], RegExp][] = [
    ['an endless body', endless, 'body', new RegExp(`the first ${limits.probeBodyBytes} bytes`)],
    ['a stream reset', (s) => s.close(2), 'error', /^the stream was reset: INTERNAL_ERROR$/],
    ['a stream refused', (s) => s.close(7), 'error', /^the stream was reset: REFUSED_STREAM$/],
    ['a session that is ended', (s) => s.session!.destroy(), 'error', /closed before/],
    [
      'a farewell with a fault',
      (s) => s.session!.goaway(11),
      'error',
      /^the endpoint ended the connection: ENHANCE_YOUR_CALM$/,
    ],
    [
      'far too many headers',
      (s) => s.respond({ ':status': 200, ...many }),
      'error',
      /^response headers are larger than 16384/,
    ],
    ['silence after the request', () => {}, 'timeout', /waiting for the response/],
    [
      'silence after the headers',
      (s) => s.respond({ ':status': 200 }),
      'timeout',
      /reading the response body/,
    ],
  ];

  it.each(cases)('%s', async (_, behave, code, reason) => {
    const deadlineMs = code === 'timeout' ? shortMs : patientMs;
    const result = await probe(listenHttp2(behave), { ...clear, body: 'ready' }, deadlineMs);
    expect(result).toMatchObject({ code, reason: expect.stringMatching(reason) });
  });

  const settings = frame(4);
  const raw: [string, string, string][] = [
    ['HTTP/1.1', 'HTTP/1.1 400 Bad Request\r\n\r\n', ''],
    ['garbage', 'SSH-2.0-OpenSSH_9\r\n', ''],
    ['pings without end', settings, frame(6, '12345678')],
    ['settings without end', settings, frame(4)],
    ['empty continuations without end', settings + frame(1, '', 0, 1), frame(9, '', 0, 1)],
    ['unknown frames without end', settings, frame(77, 'abc')],
  ];

  it.each(raw)('%s', async (_, first, more) => {
    const behave = more === '' ? answer(first) : flood(first, more);
    const result = await probe(listen(behave), { ...clear, body: 'ready' });
    expect(result.code).toBe('error');
  });
});
