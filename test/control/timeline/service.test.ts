import { createHmac } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Service } from '../../../src/control/service.ts';
import type { TimelinePage } from '../../../src/control/timeline/timeline.ts';
import { run } from '../../cli/command.ts';
import { HookServer } from '../notify/hook-server.ts';
import type { Responder } from '../responders.ts';
import { get, metric, Site } from '../site.ts';
import { until } from '../until.ts';

// Each test waits for conditions; the time is for a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let site: Site;
const hook = new HookServer();
afterEach(async () => {
  await site.close();
});

const secret = 'correct-horse-battery-staple-0123456789';

function configure([west, central]: readonly Responder[], more = {}): void {
  site.configure({
    monitors: { web: { type: 'http', interval: '300ms', timeout: '300ms', fall: 2, rise: 2 } },
    pools: {
      app: {
        monitor: 'web',
        floor: { regions: 1 },
        endpoints: [
          { name: 'west', region: 'eu-west', address: '198.51.100.10', probe: `127.0.0.1:${west!.port}` },
          {
            name: 'central',
            region: 'eu-central',
            address: '198.51.100.20',
            probe: `127.0.0.1:${central!.port}`,
          },
        ],
      },
    },
    ...more,
  });
}

async function events(service: Service, query = '') {
  const response = await get(service, `/api/v1/timeline${query}`);
  return ((await response.json()) as TimelinePage).events;
}

async function short(service: Service, query = ''): Promise<string[]> {
  const found = await events(service, query);
  return found.map(
    ({ kind, from, to, subject }) => `${kind} ${subject.endpoint ?? subject.region ?? ''} ${from} → ${to}`,
  );
}

describe('the timeline of a service', () => {
  it('tells a failover with its evidence to the API, the CLI, metrics and a webhook, and goes on after a restart', async () => {
    site = new Site();
    const responders = [await site.responder(), await site.responder()];
    const port = await hook.start();
    site.write('hook.secret', `${secret}\n`);
    chmodSync(site.path('hook.secret'), 0o600);
    const webhook = { url: `http://127.0.0.1:${port}/`, 'secret-file': 'hook.secret', kinds: ['endpoint'] };
    configure(responders, { notify: { webhooks: [webhook] } });
    const service = await site.start();
    expect(await short(service)).toEqual(['config  taken → taken']);

    await responders[0]!.stop();
    await until(async () => (await events(service)).length === 3);
    const [, endpoint, region] = await events(service, '?pool=app&since=0').then((found) => [
      undefined,
      ...found,
    ]);
    expect(endpoint).toMatchObject({
      ...{ id: 2, kind: 'endpoint', from: 'up', to: 'down' },
      subject: { pool: 'app', region: 'eu-west', endpoint: 'west' },
    });
    expect(endpoint!.evidence!.length).toBeGreaterThanOrEqual(2);
    // The first one may have been under way when the responder went.
    expect(endpoint!.evidence!.at(-1)).toMatchObject({
      code: 'connect',
      reason: expect.stringContaining('refused'),
    });
    expect(endpoint!.failoverMs).toBeGreaterThan(0);
    expect(region).toMatchObject({
      kind: 'region',
      to: 'down',
      cause: expect.stringContaining('west is down: '),
    });
    expect(await metric(service, 'meridian_timeline_events_total{kind="endpoint"}')).toBe(1);

    await until(() => hook.received.length === 1);
    const [{ headers, body }] = hook.received as [HookServer['received'][number]];
    const [, at, mac] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['meridian-signature']))!;
    expect(mac).toBe(createHmac('sha256', secret).update(`${at}.${body}`).digest('hex'));
    expect(JSON.parse(body)).toEqual({ node: 'test-1', event: endpoint });
    await until(
      async () => (await metric(service, 'meridian_webhook_deliveries_total{result="delivered"}')) === 1,
    );
    await hook.stop();

    const url = `http://127.0.0.1:${service.ports.http}`;
    const [table, json, wrong] = await Promise.all([
      run(['timeline', '--url', url]),
      run(['timeline', '--url', url, '--json', '--since', '1h', '--pool', 'app']),
      run(['timeline', '--since', 'noon']),
    ]);
    expect(table.stdout.split('\n')[1]).toMatch(
      /^\S+Z {2}endpoint {2}app\/west +up → down +connection refused.* \(\d+\.\d s after the first failure\)$/,
    );
    expect(
      json.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).id),
    ).toEqual([2, 3]);
    expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([
      2,
      'meridian: --since: "noon" is neither the id of an event nor a time such as 30m, 1h or 7d',
    ]);

    await service.stop();
    const again = await site.start();
    expect(await short(again)).toEqual([
      'config  taken → taken',
      'endpoint west up → down',
      'region eu-west up → down',
      'config  taken → taken',
    ]);
    site.write('meridian.yaml', 'zones: 1');
    await until(async () => (await short(again, '?since=4')).includes('config  taken → refused'));
    const refused = (await events(again)).at(-1);
    expect(refused).toMatchObject({ id: 5, cause: expect.stringMatching(/meridian\.yaml:1:\d+: .*zones/) });
  });

  it('has a floor that holds over a restart what it held before', async () => {
    site = new Site();
    const responders = [await site.responder(), await site.responder()];
    configure(responders);
    const service = await site.start();
    await Promise.all(responders.map((responder) => responder.stop()));
    await until(async () => (await short(service)).includes('floor  holds → frozen'));
    const explained = async (of: Service) =>
      JSON.stringify(await (await get(of, '/api/v1/explain?name=app.example.com&client=81.2.69.142')).json());
    const before = await explained(service);
    expect(before).toContain('"health":"up"');
    await service.stop();
    const again = await site.start();
    const healths = (text: string): string[] => text.match(/"health":"\w+"/g) ?? [];
    expect(healths(await explained(again))).toEqual(healths(before));
    expect((await short(again)).filter((line) => line.startsWith('floor'))).toEqual([
      'floor  holds → frozen',
    ]);
  });
});
