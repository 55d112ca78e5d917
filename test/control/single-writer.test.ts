import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { askService, get, metric, Site } from './site.ts';
import { until } from './until.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let site: Site;
afterEach(() => site.close());

const west = '198.51.100.10';
const central = '198.51.100.20';

async function started() {
  site = new Site();
  const responders = [await site.responder(), await site.responder()];
  const [a, b] = responders.map(({ port }) => `127.0.0.1:${port}`);
  site.configure({
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
    policies: {
      app: {
        ...{ type: 'failover', pool: 'app', order: ['eu-west', 'eu-central'], ttl: '1s' },
        'single-writer': { margin: '200ms' },
      },
    },
  });
  const service = await site.start();
  await until(async () => (await data(service)) === west);
  return { service, responders };
}

const data = async (service: Service) => (await askService(service, { name: 'app.example.com' })).data.join();
const succession = (service: Service) => service.status().successions[0]!;

describe('a single writer', () => {
  it('moves with nobody between, explains itself, and is the same after a restart', async () => {
    const { service, responders } = await started();
    const { epoch } = succession(service);
    expect(succession(service)).toMatchObject({ policy: 'app', answered: 'eu-west', state: 'in service' });
    expect(epoch).toBeGreaterThan(1_700_000_000);

    await responders[0]!.stop();
    await until(async () => (await data(service)) === '');
    const emptyMs = performance.now();
    const page = await get(service, '/api/v1/explain?name=app.example.com&client=81.2.69.1');
    expect(await page.json()).toMatchObject({
      answer: { extendedError: { text: 'the name moves from one writer to another' } },
    });
    expect(await metric(service, 'meridian_failover_answered{policy="app"}')).toBe(0);
    expect(succession(service)).toMatchObject({ answered: null, epoch });
    expect(succession(service).state).toMatch(/^moves to eu-central under epoch \d+: /);

    const seen = new Set<string>();
    await until(async () => {
      const now = await data(service);
      seen.add(now);
      return now === central;
    });
    // Never the old one again, and not before its answers have run out; the look before came a moment late.
    expect([...seen].sort()).toEqual(['', central]);
    expect(performance.now() - emptyMs).toBeGreaterThan(900);
    expect(succession(service)).toMatchObject({ answered: 'eu-central', epoch: epoch! + 1 });

    await service.stop();
    const again = await site.start();
    expect(await data(again)).toBe(central);
    expect(succession(again)).toMatchObject({ answered: 'eu-central', epoch: epoch! + 1 });
  });

  it('stays with its owner while nothing can be stored, and says so', async () => {
    const { service, responders } = await started();
    mkdirSync(site.path('state/writers.json.tmp'));
    await responders[0]!.stop();
    await until(() => site.logged('writers.json cannot be written').length > 0);
    expect(await data(service)).toBe(west);
    expect(succession(service).state).toMatch(
      /^moves to eu-central .*: the epoch is being stored \(.*writers.json cannot be written.*\)$/,
    );
    rmSync(site.path('state/writers.json.tmp'), { recursive: true });
    await until(async () => (await data(service)) === central);
  });
});
