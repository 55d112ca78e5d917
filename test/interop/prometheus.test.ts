import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Service } from '../../src/control/service.ts';
import { root } from '../cli/command.ts';
import { askService, freePort, get, Site } from '../control/site.ts';
import { until } from '../control/until.ts';
import { needTools, runTool } from './tools.ts';

const site = new Site();
let service: Service;

beforeAll(async () => {
  needTools('promtool', 'prometheus');
  const responder = await site.responder();
  site.configure({
    monitors: { web: { type: 'http', interval: '300ms' } },
    pools: {
      app: {
        monitor: 'web',
        endpoints: [
          { name: 'up', region: 'eu-west', address: '192.0.2.1', probe: `127.0.0.1:${responder.port}` },
          { name: 'gone', region: 'us-east', address: '192.0.2.2', probe: '127.0.0.1:1' },
        ],
      },
    },
  });
  service = await site.start();
  await askService(service, { name: 'app.example.com', subnet: '81.2.69.0/24' });
  await askService(service, { name: 'nobody.example.com', transport: 'tcp' });
});
afterAll(() => site.close());

describe('the metrics page', () => {
  it('leaves promtool nothing to say', async () => {
    const page = await (await get(service, '/metrics')).text();
    expect(page).toContain('meridian_dns_queries_total{transport="tcp",qtype="A",rcode="NXDOMAIN"} 1');
    expect(await runTool('promtool', ['check', 'metrics'], { input: page })).toBe('');
  });
});

describe('Prometheus with the config of deploy/', () => {
  let prometheus: ChildProcess | undefined;
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
    const deployed = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'));
    const [job] = deployed.scrape_configs;
    site.write(
      'prometheus.yml',
      JSON.stringify({
        ...deployed,
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: deployed.rule_files.map((file: string) => join(root, 'deploy/prometheus', file)),
        scrape_configs: [{ ...job, static_configs: [{ targets: [`127.0.0.1:${service.ports.http}`] }] }],
      }),
    );
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${site.path('prometheus.yml')}`,
        `--storage.tsdb.path=${site.path('tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
  });
  afterAll(async () => {
    if (prometheus === undefined || prometheus.exitCode !== null) return;
    const ended = once(prometheus, 'exit');
    prometheus.kill('SIGTERM');
    await ended;
  });

  async function api(path: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    return ((await response.json()) as { readonly data: unknown }).data;
  }

  async function value(query: string): Promise<number | undefined> {
    const data = await api(`query?query=${encodeURIComponent(query)}`);
    const { result } = data as { readonly result: readonly { readonly value: readonly [number, string] }[] };
    return result[0] && Number(result[0].value[1]);
  }

  it('scrapes a node', async () => {
    await until(async () => (await value('up{job="meridian"}')) === 1, 40_000);
    expect(await value('meridian_build_info')).toBe(1);
    expect(await value('sum(meridian_dns_queries_total)')).toBe(2);
    expect(await value('meridian_region_up{region="us-east"}')).toBe(0);
    expect(await value('meridian_region_up{region="eu-west"}')).toBe(1);
  });

  it('evaluates the alerts without a fault', async () => {
    type Rule = { readonly name: string; readonly health: string; readonly lastError?: string };
    const rules = await until(async () => {
      const { groups } = (await api('rules')) as { readonly groups: readonly { readonly rules: Rule[] }[] };
      const all = groups.flatMap((group) => group.rules);
      return all.length > 0 && all.every(({ health }) => health !== 'unknown') && all;
    }, 40_000);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.map(({ name }) => name)).toContain('MeridianRegionDown');
  });
});
