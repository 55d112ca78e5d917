import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCheck } from '../../../src/config/check-model.ts';
import { createProbes } from '../../../src/health/probes/network.ts';
import type { ProbeResult, ProbeTarget } from '../../../src/health/probes/probe.ts';
import { Reports } from '../../../src/health/reports.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { answer, certificate, flood, httpCheck, listen, type TestServer } from './targets.ts';

const networkProbes = createProbes(new Reports(systemClock));

/** Long for what ends by itself, so that a busy machine changes nothing; short for what ends by it. */
const patientMs = 5_000;
const shortMs = 300;
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...args: Parameters<typeof listen>): Promise<TestServer> {
  const server = await listen(...args);
  servers.push(server);
  return server;
}

/** Every probe ends by its deadline and gives a reason when it failed. */
async function probe(
  type: 'tcp' | 'http' | 'https',
  target: ProbeTarget,
  check: Partial<HttpCheck> = {},
  deadlineMs = patientMs,
): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(deadlineMs);
  const beganAt = performance.now();
  const result =
    type === 'tcp'
      ? await networkProbes.tcp(target, { type, port: undefined }, signal)
      : await networkProbes[type](target, { ...httpCheck, type, ...check }, signal);
  expect(performance.now() - beganAt).toBeLessThan(deadlineMs + 1_000);
  expect(result.ok).toBe(result.code === 'success');
  expect(result.reason === undefined).toBe(result.ok);
  expect(result.reason ?? 'x').toMatch(/^[\x20-\x7e…]{1,200}$/);
  expect(result.durationMs).toBeGreaterThanOrEqual(0);
  return result;
}

const silence = (): void => {};
const drip =
  (head: string, drop: string) =>
  (socket: net.Socket): void => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.on('close', () => clearInterval(timer));
  };
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready';

describe('every probe', () => {
  const types = ['tcp', 'http', 'https'] as const;

  it.each(types)('%s: a closed port is a refused connection', async (type) => {
    const server = await listen(silence);
    await server.close();
    expect(await probe(type, server.target)).toMatchObject({ code: 'connect', reason: /refused/ });
  });

  it.each(types)('%s: succeeds where all is well, and closes its connection', async (type) => {
    const server = await serve(answer(ok), type === 'https' ? 'valid' : undefined);
    const result = await probe(type, server.target, { ca: certificate('authority') });
    expect(result).toMatchObject({ ok: true, code: 'success' });
    await expect.poll(server.open, { interval: 2 }).toBe(0);
  });

  it.each(types)('%s: a signal that is aborted already is a timeout', async (type) => {
    const server = await serve(silence);
    const signal = AbortSignal.abort();
    const check = { ...httpCheck, type: 'http' as const };
    const result =
      type === 'tcp'
        ? await networkProbes.tcp(server.target, { type, port: undefined }, signal)
        : await networkProbes[type](server.target, { ...check, type }, signal);
    expect(result).toMatchObject({ ok: false, code: 'timeout' });
  });

  it.each(types)('%s: comes from the source that it is given', async (type) => {
    const server = await serve(answer(ok), type === 'https' ? 'valid' : undefined);
    const target = { ...server.target, source: '127.0.0.9' };
    expect(await probe(type, target, { ca: certificate('authority') })).toMatchObject({ ok: true });
    expect(server.peers()).toEqual(['127.0.0.9']);
  });

  it.each(types)('%s: a source that is none of ours says nothing about the endpoint', async (type) => {
    const server = await serve(answer(ok));
    expect(await probe(type, { ...server.target, source: '192.0.2.9' })).toMatchObject({
      code: 'error',
      reason: 'no probe was possible from 192.0.2.9: it is no address of this machine',
      ownFault: true,
    });
  });

  it.each(types)('%s: port 0 is a failure', async (type) => {
    const result = await probe(type, { address: '127.0.0.1', port: 0, host: 'x' });
    expect(result.ok).toBe(false);
  });
});

describe('http: bad servers', () => {
  const endless = 'HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n';
  const cases: [string, (socket: net.Socket) => void, Partial<HttpCheck>, Partial<ProbeResult>][] = [
    ['accepts, then silence', silence, {}, { code: 'timeout', reason: 'waiting for the response' }],
    [
      'garbage',
      answer('\x00\x01 220 ftp.example ready\r\n'),
      {},
      { code: 'error', reason: 'the answer is not HTTP' },
    ],
    [
      'another status',
      answer('HTTP/1.1 503 No\r\n\r\n'),
      {},
      { code: 'status', reason: 'status 503, wanted 200-299' },
    ],
    [
      'a redirect',
      answer('HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n'),
      {},
      { code: 'status', reason: 'status 301 (redirects are not followed), wanted 200-299' },
    ],
    [
      'closes without an answer',
      (s) => s.once('data', () => s.end()),
      {},
      { code: 'error', reason: 'closed before' },
    ],
    [
      'resets',
      (s) => s.once('data', () => s.resetAndDestroy()),
      {},
      { code: 'error', reason: 'closed before' },
    ],
    ['resets at once', (s) => s.resetAndDestroy(), {}, { ok: false }],
    [
      'endless headers',
      flood('HTTP/1.1 200 OK\r\n', 'X-More: abcdefgh\r\n'),
      {},
      { code: 'error', reason: 'headers are larger than' },
    ],
    [
      'one endless header',
      flood('HTTP/1.1 200 OK\r\nX: ', 'a'),
      {},
      { code: 'error', reason: 'headers are larger than' },
    ],
    [
      'a slow drip of headers',
      drip('HTTP/1.1 200 OK\r\n', 'X: 1\r\n'),
      {},
      { code: 'timeout', reason: 'waiting for the response' },
    ],
    ['an endless run of 1xx', flood('', 'HTTP/1.1 103 Early\r\n\r\n'), {}, { code: 'timeout' }],
    [
      'a slow drip of body',
      drip(endless, 'x'),
      { body: 'ready' },
      { code: 'timeout', reason: 'reading the response body' },
    ],
    [
      'a huge body',
      flood(endless, 'x'),
      { body: 'ready' },
      { code: 'body', reason: `the first ${limits.probeBodyBytes} bytes` },
    ],
    [
      'a body without the text',
      answer(ok),
      { body: 'steady' },
      { code: 'body', reason: 'not hold the wanted text in its 5 bytes' },
    ],
    [
      'a body cut short',
      answer(`${ok.replace('5', '50')}`),
      { body: 'steady' },
      { code: 'error', reason: 'closed before' },
    ],
    [
      'a broken chunk',
      answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      { body: 'x' },
      { code: 'error' },
    ],
    [
      'TLS on a plain port',
      answer('\x15\x03\x01\x00\x02\x02\x50'),
      {},
      { code: 'error', reason: 'the answer is not HTTP' },
    ],
  ];

  it.each(cases)('%s', async (_, behave, check, wanted) => {
    const server = await serve(behave);
    const result = await probe('http', server.target, check, wanted.code === 'timeout' ? shortMs : patientMs);
    const { reason = '', ...rest } = wanted;
    expect(result).toMatchObject(rest);
    expect(result.reason).toContain(reason);
    await expect.poll(server.open, { interval: 2 }).toBe(0);
  });
});

describe('http: what is sent and accepted', () => {
  it('accepts a huge body when no text is wanted, without reading it', async () => {
    const server = await serve(flood('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n', 'x'));
    expect(await probe('http', server.target)).toMatchObject({ ok: true });
  });

  it('finds a text that is split over chunks', async () => {
    const server = await serve((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxre\r\n');
        setTimeout(() => socket.write('3\r\nady\r\n'), 20);
      }),
    );
    expect(await probe('http', server.target, { body: 'ready' })).toMatchObject({ ok: true });
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
    const server = await serve(answer(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`));
    // A 1xx status is no final answer: the connection ends without one.
    expect((await probe('http', server.target, { status: ranges })).ok).toBe(accepted);
  });

  it('sends the address and port as Host, and asks for a new connection each time', async () => {
    const server = await serve(answer(ok));
    await probe('http', server.target);
    expect(server.received()).toMatch(/^GET \/healthz HTTP\/1\.1\r\n/);
    expect(server.received().toLowerCase()).toContain(`\r\nhost: 127.0.0.1:${server.target.port}\r\n`);
    expect(server.received().toLowerCase()).toContain('\r\nconnection: close\r\n');
  });

  it('sends the host and headers of the check once', async () => {
    const server = await serve(answer(ok));
    const check = {
      host: 'web.example',
      headers: { 'User-Agent': 'mine', 'X-Key': '1' },
      method: 'HEAD',
    } as const;
    expect(await probe('http', server.target, check)).toMatchObject({ ok: true });
    const sent = server.received().toLowerCase();
    expect(sent).toMatch(/^head /);
    expect(sent.match(/\r\nhost: /g)).toHaveLength(1);
    expect(sent).toContain('\r\nhost: web.example\r\n');
    expect(sent.match(/\r\nuser-agent: /g)).toHaveLength(1);
    expect(sent).toContain('\r\nuser-agent: mine\r\n');
    expect(sent).toContain('\r\nx-key: 1\r\n');
  });

  it('a header that cannot be sent is a reason, not a crash', async () => {
    const server = await serve(answer(ok));
    const result = await probe('http', server.target, { headers: { 'x-a': 'line\nbreak' } });
    expect(result).toMatchObject({ code: 'error', reason: expect.stringContaining('cannot be made') });
  });
});

describe('https: certificates', () => {
  const ca = certificate('authority');
  const cases: [string, string, Partial<HttpCheck>, string, ProbeResult['code'], string][] = [
    ['for the name', 'valid', { ca, host: 'web.example' }, 'web.example', 'success', ''],
    ['for the address', 'valid', { ca }, '127.0.0.1', 'success', ''],
    ['of an authority that is not given', 'valid', {}, '127.0.0.1', 'tls', 'unknown authority'],
    ['expired', 'expired', { ca }, '127.0.0.1', 'tls', 'certificate has expired'],
    ['not valid yet', 'not-yet-valid', { ca }, '127.0.0.1', 'tls', 'not valid yet'],
    [
      'for another name',
      'wrong-name',
      { ca, host: 'web.example' },
      'web.example',
      'tls',
      'not for web.example',
    ],
    ['for a name, checked by address', 'wrong-name', { ca }, '127.0.0.1', 'tls', 'not for 127.0.0.1'],
    ['self-signed', 'self-signed', { ca }, '127.0.0.1', 'tls', 'self-signed'],
    ['self-signed and unchecked', 'self-signed', { verifyCertificate: false }, '127.0.0.1', 'success', ''],
    ['expired and unchecked', 'expired', { verifyCertificate: false }, '127.0.0.1', 'success', ''],
    [
      'for another name and unchecked',
      'wrong-name',
      { verifyCertificate: false },
      'x.example',
      'success',
      '',
    ],
  ];

  it.each(cases)('%s', async (_, name, check, host, code, reason) => {
    const server = await serve(answer(ok), name);
    const result = await probe('https', { ...server.target, host }, check);
    expect(result.code).toBe(code);
    expect(result.reason ?? '').toContain(reason);
    await expect.poll(server.open, { interval: 2 }).toBe(0);
  });

  it('checks the certificate again on every probe', async () => {
    const server = await serve(answer(ok), 'expired');
    await probe('https', server.target, { verifyCertificate: false });
    expect((await probe('https', server.target, { ca })).code).toBe('tls');
  });

  it.each([
    ['plain HTTP on the port', answer(ok), 'tls', 'does not speak TLS'],
    ['silence in the handshake', silence, 'timeout', 'in the TLS handshake'],
    ['a close in the handshake', (s: net.Socket) => s.once('data', () => s.end()), 'tls', 'closed during'],
    [
      'a reset in the handshake',
      (s: net.Socket) => s.once('data', () => s.resetAndDestroy()),
      'tls',
      'closed during',
    ],
    ['garbage', answer('\x00'.repeat(100)), 'tls', 'TLS'],
  ] as const)('%s', async (_, behave, code, reason) => {
    const server = await serve(behave);
    const result = await probe('https', server.target, {}, code === 'timeout' ? shortMs : patientMs);
    expect(result.code).toBe(code);
    expect(result.reason).toContain(reason);
    await expect.poll(server.open, { interval: 2 }).toBe(0);
  });

  it('silence after the handshake is a timeout', async () => {
    const server = await serve(silence, 'valid');
    const result = await probe('https', server.target, { ca }, 1_000);
    expect(result).toMatchObject({ code: 'timeout', reason: expect.stringContaining('waiting for') });
    await expect.poll(server.open, { interval: 2 }).toBe(0);
  });
});
