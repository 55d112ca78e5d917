import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { Responder } from './responders.ts';
import { askService, get, metric, Site } from './site.ts';
import { until } from './until.ts';

// Each test waits for conditions; the time is for a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let site: Site;
afterEach(() => site.close());

const london = { name: 'app.example.com', subnet: '81.2.69.0/24' } as const;
const west = '198.51.100.10';
const central = '198.51.100.20';

/** A pool in Ireland and Frankfurt, checked fast; `policy` is added to that of `app.example.com`. */
function checked(responders: readonly Responder[], policy = {}) {
  const [a, b] = responders.map(({ port }) => `127.0.0.1:${port}`);
  return {
    monitors: { web: { type: 'http', interval: '300ms', timeout: '300ms', fall: 2, rise: 2 } },
    pools: {
      app: {
        monitor: 'web',
        endpoints: [
          { name: 'west', region: 'eu-west', address: west, probe: a },
          { name: 'central', region: 'eu-central', address: central, probe: b },
        ],
      },
    },
    policies: { app: { type: 'nearest', pool: 'app', ...policy } },
  };
}

async function started(policy = {}): Promise<{ service: Service; responders: Responder[] }> {
  site = new Site();
  const responders = [await site.responder(), await site.responder()];
  site.configure(checked(responders, policy));
  return { service: await site.start(), responders };
}

async function data(service: Service): Promise<string> {
  return (await askService(service, london)).data.join();
}

const up = (endpoint: string, region: string) =>
  `meridian_endpoint_up{pool="app",endpoint="${endpoint}",region="${region}"}`;

describe('failover', () => {
  it('moves the answer when an endpoint dies, back when it is well, and tells how long it took', async () => {
    const { service, responders } = await started();
    expect(await askService(service, london)).toMatchObject({ data: [west], ttl: 20 });
    expect(await metric(service, 'meridian_failover_seconds_count{pool="app"}')).toBe(0);
    const generation = service.status().generation;

    await responders[0]!.stop();
    await until(async () => (await data(service)) === central);
    expect(await metric(service, up('west', 'eu-west'))).toBe(0);
    expect(await metric(service, up('central', 'eu-central'))).toBe(1);
    expect(await metric(service, 'meridian_region_up{pool="app",region="eu-west"}')).toBe(0);
    expect(await metric(service, 'meridian_region_up{pool="app",region="eu-central"}')).toBe(1);
    expect(await metric(service, 'meridian_failover_seconds_count{pool="app"}')).toBe(1);
    expect(await metric(service, 'meridian_failover_seconds_sum{pool="app"}')).toBeGreaterThan(0);
    expect(service.status().generation).toBeGreaterThan(generation);
    expect(service.status().pools[0]!.endpoints[0]).toMatchObject({
      health: 'down',
      reason: expect.stringContaining('connection refused'),
    });

    await responders[0]!.start();
    await until(async () => (await data(service)) === west);
    expect(await metric(service, up('west', 'eu-west'))).toBe(1);
    expect(await metric(service, 'meridian_failover_seconds_count{pool="app"}')).toBe(1);
  });

  it.each([
    { allDown: 'serve-all', answer: west },
    { allDown: 'last-known-good', answer: central },
    { allDown: 'nodata', answer: '' },
  ])('answers by $allDown while all are down', async ({ allDown, answer }) => {
    const { service, responders } = await started({ 'all-down': allDown });
    await responders[0]!.stop();
    await until(async () => (await data(service)) === central);
    await responders[1]!.stop();
    await until(async () => (await metric(service, up('central', 'eu-central'))) === 0);
    const asked = await until(async () => {
      const found = await askService(service, london);
      return found.data.join() === answer && found;
    });
    expect(asked.rcode).toBe('NOERROR');
    if (answer === '') expect(asked.message.authorities?.map(({ type }) => type)).toEqual(['SOA']);

    await responders[1]!.start();
    await until(async () => (await data(service)) === central);
  });

  it('begins again with what was known before a restart, without waiting', async () => {
    const { service, responders } = await started();
    await responders[0]!.stop();
    await until(async () => (await data(service)) === central);
    await service.stop();

    // Nobody answers probes any more, neither yes nor no: what is known can only come from before.
    const silent = [new Responder(() => {}), new Responder(() => {})];
    for (const [i, responder] of silent.entries()) {
      await responders[i]!.stop();
      responder.port = responders[i]!.port;
      await site.responder(responder);
    }
    // As slow as the monitor now is, a silent endpoint cannot be found down before the answer is seen.
    const { monitors, ...others } = checked(silent);
    site.configure({ ...others, monitors: { web: { ...monitors.web, interval: '60s', timeout: '60s' } } });
    const again = await site.start();
    expect(await data(again)).toBe(central);
    expect(again.status().pools[0]!.endpoints.map(({ health }) => health)).toEqual(['down', 'up']);
  });
});

describe('health over a reload', () => {
  it('belongs to the endpoint, not to its place in the config', async () => {
    const { service, responders } = await started();
    await responders[0]!.stop();
    await until(async () => (await data(service)) === central);
    const { pools, ...others } = checked(responders);
    site.configure({
      ...others,
      pools: { app: { ...pools.app, endpoints: [...pools.app.endpoints].reverse() } },
    });
    expect(await service.reload('test')).toBe(true);
    expect(service.status().pools[0]!.endpoints).toMatchObject([
      { name: 'central', health: 'up' },
      { name: 'west', health: 'down' },
    ]);
    expect(await data(service)).toBe(central);
  });

  it('is told right in all ways while sockets change and endpoints come and go', async () => {
    const { service, responders } = await started();
    const { pools, ...others } = checked(responders);
    const faults: unknown[] = [];
    let running = true;
    const watching = (async () => {
      while (running) {
        const page = await get(service, '/metrics').catch(() => undefined);
        const status = await get(service, '/api/v1/status').catch(() => undefined);
        for (const response of [page, status])
          if (response?.status === 500) faults.push(await response.text());
          else await response?.text().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    for (let round = 0; round < 4; round++) {
      // More endpoints than before, then fewer; another number of workers means other sockets.
      const more = Array.from({ length: round % 2 === 0 ? 20 : 0 }, (_, i) => ({
        name: `more-${i}`,
        region: 'us-east',
        address: `192.0.2.${i + 1}`,
        probe: `127.0.0.1:${responders[1]!.port}`,
      }));
      site.configure({
        ...others,
        pools: { app: { ...pools.app, endpoints: [...more, ...pools.app.endpoints] } },
        listen: { dns: ['127.0.0.1:0'], http: '127.0.0.1:0', workers: 1 + (round % 2) },
      });
      const reloaded = service.reload('test');
      await (round === 1 ? responders[0]!.stop() : responders[0]!.start().catch(() => {}));
      expect(await reloaded).toBe(true);
    }
    running = false;
    await watching;
    expect(faults).toEqual([]);
    expect(await metric(service, 'meridian_snapshot_publishes_total{result="failure"}')).toBe(0);
    expect(site.log.filter(({ level }) => level >= 50)).toEqual([]);
  });
});
