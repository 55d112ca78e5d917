import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCheck, JsonWanted } from '../../../src/config/check-model.ts';
import { probeHttp } from '../../../src/health/probes/http.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { patientMs, shortMs, visit } from './shared.ts';
import { answer, drip, flood, httpCheck, listen, type TestServer } from './targets.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready';
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(behave: (socket: net.Socket) => void): Promise<TestServer> {
  const server = await listen(behave);
  servers.push(server);
  return server;
}

function probe(server: TestServer, check: Partial<HttpCheck>, deadlineMs = patientMs): Promise<ProbeResult> {
  const close = () => Promise.resolve();
  const run = (signal: AbortSignal) => probeHttp(server.target, { ...httpCheck, ...check }, signal);
  return visit({ probe: run, open: server.open, close }, deadlineMs);
}

describe('http: bad servers', () => {
  const endless = 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n';
  const redirect = 'HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\u001b[31mlost\r\n\r\n';
  const cases: [string, (socket: net.Socket) => void, Partial<HttpCheck>, ProbeResult['code'], string][] = [
    ['garbage', answer('\x00\x01 220 ftp.example ready\r\n'), {}, 'error', 'the answer is not HTTP'],
    ['another status', answer('HTTP/1.1 503 No\r\n\r\n'), {}, 'status', 'status 503, wanted 200-299'],
    [
      'a redirect',
      answer('HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/a\r\n\r\n'),
      {},
      'status',
      'status 301 to http://127.0.0.1:1/a (redirects are not followed), wanted 200-299',
    ],
    ['a redirect that is not text', answer(redirect), {}, 'error', 'the answer is not HTTP'],
    [
      'a redirect to nowhere',
      answer('HTTP/1.1 302 Found\r\n\r\n'),
      {},
      'status',
      'status 302 (redirects are not followed), wanted 200-299',
    ],
    [
      'a redirect of a megabyte',
      answer(`HTTP/1.1 302 Found\r\nLocation: ${'a'.repeat(15_000)}\r\n\r\n`),
      {},
      'status',
      `status 302 to ${'a'.repeat(100)} (redirects`,
    ],
    ['closes without an answer', (s) => s.once('data', () => s.end()), {}, 'error', 'closed before'],
    [
      'endless headers',
      flood('HTTP/1.1 200 OK\r\n', 'X-More: abcdefgh\r\n'),
      {},
      'error',
      'response headers are larger than',
    ],
    ['one endless header', flood('HTTP/1.1 200 OK\r\nX: ', 'a'), {}, 'error', 'headers are larger than'],
    [
      'a slow drip of headers',
      drip('HTTP/1.1 200 OK\r\n', 'X: 1\r\n'),
      {},
      'timeout',
      'waiting for the response',
    ],
    [
      'an endless run of 1xx',
      flood('', 'HTTP/1.1 103 Early\r\n\r\n'),
      {},
      'error',
      `the answer does not end: more than ${limits.probeReadBytes} bytes came`,
    ],
    [
      'a slow drip of body',
      drip(endless, 'x'),
      { body: 'ready' },
      'timeout',
      'while reading the response body',
    ],
    [
      'a body of 100 GB',
      flood(endless, 'x'),
      { body: 'ready' },
      'body',
      `the body does not hold the wanted text in the first ${limits.probeBodyBytes} bytes`,
    ],
    [
      'a body without the text',
      answer(ok),
      { body: 'steady' },
      'body',
      'not hold the wanted text in its 5 bytes',
    ],
    ['a body cut short', answer(ok.replace('5', '50')), { body: 'steady' }, 'error', 'closed before'],
    [
      'a broken chunk',
      answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      { body: 'x' },
      'error',
      'HTTP',
    ],
    ['TLS on a plain port', answer('\x15\x03\x01\x00\x02\x02\x50'), {}, 'error', 'the answer is not HTTP'],
  ];

  it.each(cases)('%s', async (_, behave, check, code, reason) => {
    const deadlineMs = code === 'timeout' ? shortMs : patientMs;
    const result = await probe(await serve(behave), check, deadlineMs);
    expect(result).toMatchObject({ code, reason: expect.stringContaining(reason) });
  });
});

describe('http: what is sent and accepted', () => {
  it('takes a change of protocol for an answer', async () => {
    const server = await serve(answer('HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx'));
    expect(await probe(server, {})).toMatchObject({ code: 'status', reason: 'status 101, wanted 200-299' });
    expect(await probe(server, { status: [[101, 101]] })).toMatchObject({ ok: true });
  });

  it('accepts a huge body when nothing is wanted of it, without reading it', async () => {
    const server = await serve(flood('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n', 'x'));
    expect(await probe(server, {})).toMatchObject({ ok: true });
  });

  it('finds a text that is split over chunks', async () => {
    const server = await serve((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxre\r\n');
        setTimeout(() => socket.write('3\r\nady\r\n'), 20);
      }),
    );
    expect(await probe(server, { body: 'ready' })).toMatchObject({ ok: true });
  });

  it.each([
    [204, [[200, 299]], true],
    [
      404,
      [
        [200, 299],
        [404, 404],
      ],
      true,
    ],
    [300, [[200, 299]], false],
    [199, [[200, 299]], false],
  ] as const)('status %i in %j: %s', async (status, ranges, accepted) => {
    // A 1xx status is no final answer: the connection ends without one.
    const server = await serve(answer(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`));
    expect((await probe(server, { status: ranges })).ok).toBe(accepted);
  });

  it('sends the address and port as Host, and asks for a new connection each time', async () => {
    const server = await serve(answer(ok));
    await probe(server, {});
    expect(server.received()).toMatch(/^GET \/healthz HTTP\/1\.1\r\n/);
    expect(server.received().toLowerCase()).toContain(`\r\nhost: 127.0.0.1:${server.target.port}\r\n`);
    expect(server.received().toLowerCase()).toContain('\r\nconnection: close\r\n');
  });

  it('sends the host and headers of the check once', async () => {
    const server = await serve(answer(ok));
    const headers = { 'User-Agent': 'mine', 'X-Key': '1' };
    expect(await probe(server, { host: 'web.example', headers, method: 'HEAD' })).toMatchObject({ ok: true });
    const sent = server.received().toLowerCase();
    expect(sent).toMatch(/^head /);
    expect(sent.match(/\r\nhost: /g)).toHaveLength(1);
    expect(sent).toContain('\r\nhost: web.example\r\n');
    expect(sent.match(/\r\nuser-agent: /g)).toHaveLength(1);
    expect(sent).toContain('\r\nuser-agent: mine\r\n');
    expect(sent).toContain('\r\nx-key: 1\r\n');
  });

  it('a header that cannot be sent is a reason', async () => {
    const server = await serve(() => {});
    const result = await probe(server, { headers: { 'x-a': 'line\nbreak' } });
    expect(result).toMatchObject({ code: 'error', reason: expect.stringContaining('cannot be made') });
  });
});

describe('http: JSON', () => {
  const nothing = { equals: undefined, atMost: undefined, atLeast: undefined };
  const document = '{"status":{"db":"ok","up":true},"queue":[{"depth":7}],"huge":1e999}';
  const cases: [string, string, Partial<JsonWanted>, string | undefined][] = [
    ['equal text', document, { path: ['status', 'db'], equals: 'ok' }, undefined],
    ['equal boolean', document, { path: ['status', 'up'], equals: true }, undefined],
    ['equal number', document, { path: ['queue', 0, 'depth'], equals: 7 }, undefined],
    ['a number within bounds', document, { path: ['queue', 0, 'depth'], atLeast: 7, atMost: 7 }, undefined],
    ['other text', document, { path: ['status', 'db'], equals: 'up' }, 'status.db is "ok", wanted "up"'],
    ['text for a number', '{"a":"7"}', { path: ['a'], equals: 7 }, 'a is "7", wanted 7'],
    ['text within bounds', '{"a":"7"}', { path: ['a'], atMost: 9 }, 'a is "7", wanted a number'],
    [
      'a number too large',
      document,
      { path: ['queue', 0, 'depth'], atMost: 6.5 },
      'is 7, wanted at most 6.5',
    ],
    ['a number too small', document, { path: ['queue', 0, 'depth'], atLeast: 8 }, 'is 7, wanted at least 8'],
    ['an infinite number', document, { path: ['huge'], atLeast: 8 }, 'wanted a finite number'],
    ['a path that is not there', document, { path: ['status', 'cache'], equals: 1 }, 'has no status.cache'],
    [
      'a path through the prototype',
      '{}',
      { path: ['constructor', 'name'], equals: 'Object' },
      'has no constructor',
    ],
    ['a mapping', document, { path: ['status'], equals: 'ok' }, 'status is a mapping, not a value'],
    ['HTML', '<!doctype html><p>ok', { path: ['a'], equals: 'ok' }, 'is HTML, not JSON'],
    ['a document cut short', '{"a":"ok"', { path: ['a'], equals: 'ok' }, 'is not JSON'],
    ['no document', '', { path: ['a'], equals: 'ok' }, 'is not JSON'],
    ['deep nesting', '['.repeat(60_000), { path: [0, 0], equals: 'ok' }, 'is not JSON'],
    [
      'a value of many words',
      JSON.stringify({ a: '\u001b'.repeat(9_000) }),
      { path: ['a'], equals: 'ok' },
      'wanted "ok"',
    ],
    [
      'a document that is too long',
      `{"a":"ok","b":"${'x'.repeat(limits.probeBodyBytes)}"}`,
      { path: ['a'], equals: 'ok' },
      `the body is longer than the ${limits.probeBodyBytes} bytes that are read of JSON`,
    ],
  ];

  it.each(cases)('%s', async (_, body, wanted, reason) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const json: JsonWanted = { path: [], ...nothing, ...wanted };
    const result = await probe(await serve(answer(head + body)), { json });
    expect(result.code).toBe(reason === undefined ? 'success' : 'body');
    expect(result.reason ?? '').toContain(reason ?? '');
  });
});
