import { describe, expect, it } from 'vitest';
import type { ValueCheck } from '../../../src/config/check-model.ts';
import type { ProbeResult, ProbeTarget } from '../../../src/health/probes/probe.ts';
import { probeValue } from '../../../src/health/probes/value.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';
import { answer, certificate, flood, listen, type TestServer } from './targets.ts';

const check: ValueCheck = {
  type: 'prometheus',
  port: 9100,
  url: undefined,
  path: '/metrics',
  headers: {},
  tls: { verifyCertificate: true, ca: undefined, identity: undefined, warnDays: 0, failDays: undefined },
  source: { kind: 'metric', metric: 'load', labels: [] },
  shown: 'load',
  wanted: { equals: undefined, atMost: 0.8, atLeast: undefined },
};
const subject = { pool: 'app', endpoint: 'a "1"', region: 'eu-west' };
const query = {
  source: { kind: 'query', query: 'max(load{pool="{pool}",endpoint="{endpoint}"})' },
  shown: 'max(load)',
} as const;

const page = (text: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;

function place(server: TestServer, how: Partial<ValueCheck> = {}, where: Partial<ProbeTarget> = {}): Place {
  return {
    probe: (signal) => probeValue({ ...server.target, subject, ...where }, { ...check, ...how }, signal),
    open: server.open,
    close: server.close,
  };
}

describeProbe('prometheus: a metric', {
  well: async () => place(await listen(answer(page('load 0.5\n')))),
  refusing: async () => place(await listen(answer(page('load 0.9\n')))),
  silent: async () => place(await listen(() => {})),
  babbling: async () => place(await listen(flood('HTTP/1.1 200 OK\r\n\r\n', 'load 0.5\n'))),
});

describe('prometheus: answers', () => {
  const vector = (value: string): string =>
    JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ value: [1, value] }] } });
  const json = { source: { kind: 'json', path: ['status', 'db'] }, shown: 'status.db' } as const;
  const wants = (equals: string | number | boolean) => ({
    wanted: { equals, atMost: undefined, atLeast: undefined },
  });
  const between = { wanted: { equals: undefined, atMost: 3, atLeast: 1 } };

  const cases: [string, string, Partial<ValueCheck>, ProbeResult['code'], string][] = [
    ['at the bound', page('load 0.8\n'), {}, 'success', ''],
    ['above it', page('load 0.81\n'), {}, 'body', 'load is 0.81, wanted at most 0.8'],
    ['below the least', page('load 0\n'), between, 'body', 'load is 0, wanted at least 1'],
    ['between', page('load 3\n'), between, 'success', ''],
    ['equal', page('load 1\n'), wants(1), 'success', ''],
    ['not equal', page('load 2\n'), wants(1), 'body', 'load is 2, wanted 1'],
    ['NaN', page('load NaN\n'), {}, 'body', 'the value is NaN'],
    ['no series', page('up 1\n'), {}, 'body', 'the page has no load'],
    [
      'many series',
      page('load{a="1"} 1\nload{a="2"} 2\n'),
      {},
      'body',
      '2 series match load; labels must tell one',
    ],
    ['HTML', page('<html>sign in</html>'), {}, 'body', 'the page is HTML, not metrics'],
    ['an empty page', page(''), {}, 'body', 'the page has no load'],
    [
      'a redirect',
      page('', '302 Found'),
      {},
      'status',
      'status 302 (redirects are not followed), wanted 200',
    ],
    ['no such page', page('', '404 Not Found'), {}, 'status', 'status 404, wanted 200'],
    ['not HTTP', 'SSH-2.0-OpenSSH\r\n', {}, 'error', 'the answer is not HTTP'],
    ['JSON text', page('{"status":{"db":"ok"}}'), { ...json, ...wants('ok') }, 'success', ''],
    [
      'JSON text, another',
      page('{"status":{"db":"slow\\n"}}'),
      { ...json, ...wants('ok') },
      'body',
      'status.db is "slow\\n", wanted "ok"',
    ],
    ['JSON true', page('{"status":{"db":true}}'), { ...json, ...wants(true) }, 'success', ''],
    [
      'JSON text for true',
      page('{"status":{"db":"true"}}'),
      { ...json, ...wants(true) },
      'body',
      'status.db is "true", wanted true',
    ],
    [
      'JSON text for a bound',
      page('{"status":{"db":"0.1"}}'),
      json,
      'body',
      'status.db is "0.1", wanted a number',
    ],
    [
      'JSON that is infinite',
      page('{"status":{"db":1e999}}'),
      { ...json, wanted: { equals: undefined, atMost: undefined, atLeast: 1 } },
      'body',
      'status.db is Infinity, wanted a finite number',
    ],
    ['JSON without it', page('{"status":{}}'), json, 'body', 'the document has no status.db'],
    ['a query', page(vector('0.5')), query, 'success', ''],
    ['a query above', page(vector('0.9')), query, 'body', 'max(load) is 0.9, wanted at most 0.8'],
    [
      'a query for nothing',
      page('{"status":"success","data":{"resultType":"vector","result":[]}}'),
      query,
      'body',
      'the query finds no series',
    ],
    [
      'a bad query',
      page('{"status":"error","error":"parse error"}', '400 Bad Request'),
      query,
      'body',
      'Prometheus says: parse error',
    ],
    ['a query refused', page('no', '503 Busy'), query, 'status', 'status 503, wanted 200'],
  ];

  it.each(cases)('%s', async (_, response, how, code, reason) => {
    const server = await listen(answer(response));
    const url = how.source?.kind === 'query' ? `http://127.0.0.1:${server.target.port}` : undefined;
    const result = await visit(place(server, { ...how, url }), patientMs);
    expect(result.code).toBe(code);
    expect(result.reason ?? '').toBe(reason);
  });

  it('a page that is too large is told as such', async () => {
    const server = await listen(flood(`HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n`, '# more\n'));
    expect(await visit(place(server), patientMs)).toMatchObject({
      code: 'body',
      reason: `the page is larger than ${limits.probePageBytes} bytes`,
    });
  });

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', 'waiting for the response'],
    ['a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', 'reading the response body'],
  ])('%s in slow drops end at the deadline', async (_, head, doing) => {
    const server = await listen((socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const result = await visit(place(server), shortMs);
    expect(result).toMatchObject({ code: 'timeout', reason: expect.stringContaining(doing) });
  });
});

describe('prometheus: what it asks', () => {
  it('asks the endpoint itself for its page', async () => {
    const server = await listen(answer(page('load 0.5\n')));
    const where = { host: 'app.example' };
    await visit(place(server, { headers: { 'x-scope-orgid': 'a' } }, where), patientMs);
    expect(server.received()).toMatch(/^GET \/metrics HTTP\/1\.1\r\n/);
    expect(server.received().toLowerCase()).toContain(`host: app.example:${server.target.port}\r\n`);
    expect(server.received()).toContain('x-scope-orgid: a\r\n');
  });

  it('fills in whom it is about, so that a name cannot leave its quotes', async () => {
    const server = await listen(answer(page('{}')));
    const url = `http://127.0.0.1:${server.target.port}/prom/?tenant={region}`;
    await visit(place(server, { ...query, url }), patientMs);
    const [, path] = /^GET (\S+) /.exec(server.received())!;
    const asked = new URL(path!, 'http://x');
    expect(asked.pathname).toBe('/prom/api/v1/query');
    expect(asked.searchParams.get('tenant')).toBe('eu-west');
    expect(asked.searchParams.get('query')).toBe('max(load{pool="app",endpoint="a \\"1\\""})');
  });

  it('fills in labels and addresses', async () => {
    const text =
      'load{instance="127.0.0.1:9100",region="us"} 9\nload{instance="127.0.0.1:9100",region="eu-west"} 0.1\n';
    const server = await listen(answer(page(text)));
    const labels = [
      ['instance', '{address}:9100'],
      ['region', '{region}'],
    ] as const;
    const source = { kind: 'metric', metric: 'load', labels } as const;
    const url = `http://{address}:${server.target.port}/all`;
    expect((await visit(place(server, { url, source }), patientMs)).ok).toBe(true);
    expect(server.received()).toMatch(/^GET \/all HTTP/);
  });

  it.each([
    ['valid', undefined, 'tls', /unknown authority/],
    ['valid', certificate('authority'), 'success', /^$/],
    ['expired', certificate('authority'), 'tls', /expired/],
    ['wrong-name', certificate('authority'), 'tls', /not for 127\.0\.0\.1/],
  ])('over TLS with a certificate that is %s', async (name, ca, code, reason) => {
    const server = await listen(answer(page('load 0.5\n')), name);
    const result = await visit(
      place(server, { url: `https://127.0.0.1:${server.target.port}/`, tls: { ...check.tls, ca } }),
      patientMs,
    );
    expect(result.code).toBe(code);
    expect(result.reason ?? '').toMatch(reason);
  });
});
