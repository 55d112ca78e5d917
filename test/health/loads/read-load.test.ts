import http from 'node:http';
import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { MeasuredLoad } from '../../../src/config/policy-model.ts';
import { readLoad } from '../../../src/health/loads/read-load.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { listen, type TestServer } from '../probes/targets.ts';

const never = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers each request with `answer`; the paths asked for are kept. */
async function serve(
  answer: (response: http.ServerResponse) => void,
): Promise<{ url: string; asked: http.IncomingMessage[] }> {
  const asked: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`, asked };
}

async function raw(behave: (socket: net.Socket) => void, certificateName?: string): Promise<TestServer> {
  const server = await listen(behave, certificateName);
  closers.push(server.close);
  return server;
}

function source(kind: MeasuredLoad['kind'], url: string, query: string, everyMs = 10_000): MeasuredLoad {
  return { kind, url, query, everyMs, keepMs: 60_000 };
}

const vector = (...values: string[]): string =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
  });
const scalar = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [1, '12.5'] } });
const page = [
  '# TYPE requests gauge',
  'requests{site="a",kind="x"} 10',
  'requests{site="a",kind="y"} 5.5',
  'requests{site="b",kind="x"} 100',
  'broken{site="a"} NaN',
  'broken{site="b"} 1',
  'below -3',
  'huge +Inf',
  'vast{site="a"} 1e308',
  'vast{site="b"} 1e308',
].join('\n');
const document = JSON.stringify({
  sites: [{ load: 7 }, { load: '8.5' }, { load: -1 }, { load: true }, { load: null }],
});

describe('readLoad', () => {
  it.each<[MeasuredLoad['kind'], string, number | string, string]>([
    ['prometheus', 'sum(x)', 42, vector('42')],
    ['prometheus', 'scalar(x)', 12.5, scalar],
    ['prometheus', 'x', 'the query finds no series', vector()],
    ['prometheus', 'x', 'the query finds 2 series; it must give one', vector('1', '2')],
    ['prometheus', 'x', 'the value is NaN', vector('NaN')],
    ['prometheus', 'x', 'the value is +Inf', vector('+Inf')],
    ['prometheus', 'x', 'the value is -1; wanted 0 or more', vector('-1')],
    ['prometheus', 'x', 'the answer is HTML, not an answer of Prometheus', '<html>log in</html>'],
    ['metric', 'requests', 115.5, page],
    ['metric', 'requests{site="a"}', 15.5, page],
    ['metric', 'requests{kind="x",site="b"}', 100, page],
    ['metric', 'requests{site="c"}', 'the page has no requests{site="c"}', page],
    ['metric', 'broken', 'the value is NaN', page],
    ['metric', 'below', 'the value is -3; wanted 0 or more', page],
    ['metric', 'huge', 'the value is +Inf', page],
    ['metric', 'vast', 'the sum is too large for a number', page],
    ['metric', 'requests{', '"requests{" is not a metric', page],
    ['metric', 'requests', 'the page is HTML, not metrics', '<!doctype html>'],
    ['json', 'sites[0].load', 7, document],
    ['json', 'sites[1].load', 8.5, document],
    ['json', 'sites[2].load', 'the value is -1; wanted 0 or more', document],
    ['json', 'sites[3].load', 'the value is true, not a number', document],
    ['json', 'sites[4].load', 'the value is null, not a number', document],
    ['json', 'sites[9].load', 'the document has no sites[9]', document],
    ['json', 'sites', 'sites is a list, not a value', document],
    ['json', 'sites[', '"sites[" is not a path', document],
    ['json', '[0]', 'the value is too large for a number', '[1e999]'],
    ['json', 'a', 'the document is not JSON', 'no'],
  ])('%s %s: %s', async (kind, query, expected, body) => {
    const { url } = await serve((response) => response.end(body));
    const read = await readLoad(source(kind, url, query), never);
    expect(read.ok ? read.value : read.reason).toBe(expected);
  });

  it('asks the API of Prometheus, below its path, and names itself with what the address holds', async () => {
    const { url, asked } = await serve((response) => response.end(scalar));
    const own = url.replace('http://', 'http://me:pass%20word@');
    await readLoad(source('prometheus', `${own}/prometheus/`, 'sum(a{b="c"}) & 1'), never);
    const { pathname, searchParams } = new URL(asked[0]!.url!, url);
    expect([pathname, searchParams.get('query')]).toEqual(['/prometheus/api/v1/query', 'sum(a{b="c"}) & 1']);
    expect(asked[0]!.headers.authorization).toBe(`Basic ${btoa('me:pass word')}`);
  });

  it('does not follow redirects, and takes no other status for an answer', async () => {
    const elsewhere = await serve((response) => response.end('{"a":1}'));
    const { url } = await serve((response) => response.writeHead(302, { location: elsewhere.url }).end());
    const read = await readLoad(source('json', url, 'a'), never);
    expect(read).toEqual({ ok: false, reason: 'status 302 (redirects are not followed), wanted 200' });
    expect(elsewhere.asked).toEqual([]);
    const sorry = await serve((response) => response.writeHead(503).end('{"a":1}'));
    expect(await readLoad(source('json', sorry.url, 'a'), never)).toEqual({
      ok: false,
      reason: 'status 503, wanted 200',
    });
  });

  it('reads no more than it may hold', async () => {
    const { url } = await serve((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        response.once('drain', more);
      };
      response.on('error', () => {});
      more();
    });
    const read = await readLoad(source('json', url, 'a'), never);
    expect(read).toEqual({ ok: false, reason: `the page is larger than ${limits.probePageBytes} bytes` });
  });

  it.each<[string, (socket: net.Socket) => void]>([
    ['silence', () => {}],
    [
      'a body that never ends',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'),
    ],
  ])('%s ends with the deadline, and the connection with it', async (_, behave) => {
    const server = await raw(behave);
    const read = await readLoad(source('json', `http://127.0.0.1:${server.target.port}`, 'a', 100), never);
    expect(read).toEqual({ ok: false, reason: 'no answer within 100 ms' });
    await expect.poll(server.open).toBe(0);
  });

  it('ends at once when it is told to', async () => {
    const server = await raw(() => {});
    const end = new AbortController();
    const reading = readLoad(source('json', `http://127.0.0.1:${server.target.port}`, 'a'), end.signal);
    end.abort();
    expect((await reading).ok).toBe(false);
  });

  it.each([
    ['self-signed', 'certificate is self-signed and not among the known authorities'],
    ['valid', 'certificate is signed by an unknown authority, or an intermediate certificate is missing'],
  ])('verifies certificates: %s', async (name, reason) => {
    const server = await raw(() => {}, name);
    const read = await readLoad(source('json', `https://127.0.0.1:${server.target.port}`, 'a'), never);
    expect(read).toEqual({ ok: false, reason });
  });

  it('says what does not work', async () => {
    const gone = await listen(() => {});
    await gone.close();
    const closed = await readLoad(source('json', `http://127.0.0.1:${gone.target.port}`, 'a'), never);
    expect(closed).toEqual({ ok: false, reason: 'connection refused: nothing listens there' });
    const garbage = await raw((socket) => void socket.end('hello\r\n\r\n'));
    const read = await readLoad(source('json', `http://127.0.0.1:${garbage.target.port}`, 'a'), never);
    expect(read).toEqual({ ok: false, reason: 'the answer is not HTTP' });
  });
});
