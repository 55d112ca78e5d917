import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRoutes, type HttpSource } from '../../src/control/http.ts';
import type { Service } from '../../src/control/service.ts';
import { createLog } from '../../src/runtime/log.ts';
import { buildEpoch } from './places.ts';
import { Responder } from './responders.ts';
import { freePort, get, Site } from './site.ts';
import { until } from './until.ts';

let site: Site;
afterEach(() => site?.close());

async function started(): Promise<Service> {
  site = new Site();
  site.configure();
  return site.start();
}

describe('the HTTP side of a service', () => {
  it('tells status', async () => {
    const service = await started();
    const response = await get(service, '/api/v1/status');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({
      node: 'test-1',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      ready: true,
      generation: service.status().generation,
      workers: ['udp 1', 'tcp'].map((name) => ({
        name,
        alive: true,
        restarts: 0,
        generation: expect.any(Number),
      })),
      tls: [],
      geo: ['geo4.mmdb', 'geo6.mmdb'].map((database) => ({
        database,
        type: 'test city',
        builtAt: new Date(buildEpoch * 1_000).toISOString(),
      })),
      regions: [],
      references: [],
      pools: [
        {
          name: 'app',
          endpoints: service.config.pools[0]!.endpoints.map(({ name }) =>
            expect.objectContaining({ name, health: 'up', since: expect.stringMatching(/Z$/) }),
          ),
        },
      ],
      successions: [],
      credit: expect.stringContaining('DB-IP'),
    });
  });

  it('serves its pages, and says which there are', async () => {
    const service = await started();
    for (const page of ['/livez', '/readyz', '/metrics'])
      expect((await get(service, page)).status, page).toBe(200);
    expect((await get(service, '/metrics')).headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    for (const page of ['/', '/metrics/', '/api', '/api/v1/statuses', '/..%2f..%2fetc/passwd']) {
      const response = await get(service, page);
      expect(response.status, page).toBe(404);
      expect(await response.json()).toEqual({ error: expect.stringContaining('/api/v1/explain') });
    }
    const written = await fetch(`http://127.0.0.1:${service.ports.http}/api/v1/status`, { method: 'POST' });
    expect(written.status).toBe(404);
  });

  it.each([
    ['client=192.0.2.1', 'name'],
    ['name=&client=192.0.2.1', 'name'],
    ['name=a..b&client=192.0.2.1', 'name'],
    [`name=${'a.'.repeat(128)}&client=192.0.2.1`, 'name'],
    ['name=example.com', 'client'],
    ['name=example.com&client=', 'client'],
    ['name=example.com&client=300.0.0.1', 'client'],
    ['name=example.com&client=192.0.2.1/33', 'client'],
    ['name=example.com&client=192.0.2.1/24', 'client'],
    ['name=example.com&client=2001:db8::/129', 'client'],
    ['name=example.com&client=192.0.2.1&type=NONSENSE', 'type'],
    ['name=example.com&client=192.0.2.1&without=', 'without'],
    [`name=example.com&client=192.0.2.1&without=${'a,'.repeat(300)}a`, 'without'],
    ['name=example.com&client=192.0.2.1&type=TYPE65536', 'type'],
  ])('refuses explain?%s for its %s', async (query, parameter) => {
    const response = await routes({}).request(`/api/v1/explain?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining(`\`${parameter}\``) });
  });

  it('outlives clients that break off or talk nonsense', async () => {
    const service = await started();
    await Promise.all(
      ['', 'GET /metrics HTTP/1.1\r\n', 'nonsense\r\n\r\n', 'GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n'].map(
        (text) =>
          new Promise<void>((resolve) => {
            const socket = connect(service.ports.http!, '127.0.0.1', () => {
              socket.write(text);
              socket.destroy();
            });
            socket.on('close', () => resolve());
            socket.on('error', () => {});
          }),
      ),
    );
    expect((await get(service, '/livez')).status).toBe(200);
  });
});

describe('/readyz', () => {
  it('says that the first round of probes is not over, then yes, then that the node is stopping', async () => {
    site = new Site();
    const held: (() => void)[] = [];
    const slow = await site.responder(new Responder((response) => held.push(() => response.end())));
    const http = await freePort();
    site.configure({
      listen: { dns: ['127.0.0.1:0'], http: `127.0.0.1:${http}`, workers: 1 },
      monitors: { web: { type: 'http', interval: '30s', timeout: '20s' } },
      pools: {
        app: {
          monitor: 'web',
          endpoints: [
            { name: 'a', region: 'us-east', address: '192.0.2.1', probe: `127.0.0.1:${slow.port}` },
          ],
        },
      },
    });
    const ready = () => fetch(`http://127.0.0.1:${http}/readyz`);
    const starting = site.start();
    const early = await until(ready);
    expect([early.status, await early.text()]).toEqual([
      503,
      'not ready: the first round of probes is under way\n',
    ]);
    expect((await fetch(`http://127.0.0.1:${http}/api/v1/status`)).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${http}/api/v1/explain?name=a.&client=1.1.1.1`)).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${http}/livez`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${http}/metrics`)).status).toBe(200);

    await until(() => held.length > 0);
    for (const release of held) release();
    const service = await starting;
    expect((await ready()).status).toBe(200);

    const stopping = service.stop();
    const late = await ready();
    expect([late.status, await late.text()]).toEqual([503, 'not ready: stopping\n']);
    await stopping;
    await expect(ready()).rejects.toThrow();
  });
});

describe('the routes', () => {
  it('turn a fault of ours into 500 without its text', async () => {
    const app = routes({
      status: () => {
        throw new Error('secret');
      },
    });
    const response = await app.request('/api/v1/status');
    expect([response.status, await response.text()]).toEqual([500, '{"error":"internal error"}']);
  });
});

describe('explanations over HTTP', () => {
  it('are made one in a turn; few wait, and more are sent away for a second', async () => {
    let made = 0;
    let inThisTurn = 0;
    const app = routes({
      explain: () => {
        made++;
        expect(++inThisTurn).toBe(1);
        setImmediate(() => {
          inThisTurn = 0;
        });
        return 'no such thing';
      },
    });
    const ask = () => app.request('/api/v1/explain?name=example.com&client=192.0.2.1');
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    const away = answers.filter(({ status }) => status === 503);
    expect([made, away.length]).toEqual([17, 23]);
    expect(away[0]!.headers.get('retry-after')).toBe('1');
    expect((await ask()).status).toBe(400);
  });

  it('go on after one that failed', async () => {
    let fails = true;
    const app = routes({
      explain: () => {
        if (fails) throw new Error('a fault');
        return 'no such thing';
      },
    });
    const ask = async () => (await app.request('/api/v1/explain?name=example.com&client=192.0.2.1')).status;
    expect(await ask()).toBe(500);
    fails = false;
    expect(await ask()).toBe(400);
  });
});

function routes(source: Partial<HttpSource>) {
  return createRoutes(
    {
      metricsPage: async () => '',
      notReady: () => undefined,
      status: () => undefined,
      explain: () => {
        throw new Error('not to be asked');
      },
      ...source,
    },
    createLog('silent'),
  );
}
