import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { askService, freePort, metric, Site, standardPool } from './site.ts';
import { until } from './until.ts';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.close());

interface Line {
  readonly name: string;
  readonly transport: string;
  readonly client: string;
  readonly policy?: string;
  readonly region?: string;
}

const lines = (name: string): Line[] =>
  existsSync(site.path(name))
    ? readFileSync(site.path(name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    : [];

const asked = (service: Service, name: string) => askService(service, { name, subnet: '81.2.69.0/24' });

describe('query log of a service', () => {
  it('writes what was asked over UDP and TCP, counts it, and leaves nothing behind when it stops', async () => {
    site.configure({ 'query-log': { to: 'log', sample: '100%' } });
    const service = await site.start();
    await asked(service, 'App.example.com');
    await askService(service, { name: 'note.example.com', type: 'TXT', transport: 'tcp' });
    await until(() => lines('log').length === 2);
    const [steered, plain] = lines('log').sort((a, b) => b.transport.localeCompare(a.transport));
    expect(steered).toMatchObject({
      transport: 'udp',
      client: '127.0.0.0/24',
      name: 'App.example.com.',
      policy: 'app',
      region: 'eu-west',
    });
    expect(plain).toMatchObject({ transport: 'tcp', name: 'note.example.com.', type: 'TXT' });
    expect(plain).not.toHaveProperty('policy');
    expect(await metric(service, 'meridian_query_log_written_total')).toBe(2);
    expect(await metric(service, 'meridian_query_log_dropped_total')).toBe(0);
    expect(await metric(service, `meridian_query_log_up{to="${site.path('log')}"}`)).toBe(1);
    expect(await metric(service, 'meridian_worker_restarts_total{worker="query-log"}')).toBe(0);
    await Promise.all(Array.from({ length: 50 }, (_, i) => asked(service, `n${i}.example.com`)));
    await service.stop();
    expect(lines('log')).toHaveLength(52);
    expect(site.logged('incomplete')).toEqual([]);
  });

  it('goes on, off and elsewhere with a reload, under queries of which none is lost', async () => {
    site.configure();
    const service = await site.start();
    let sent = 0;
    let answered = 0;
    let running = true;
    const load = (async () => {
      while (running) {
        sent++;
        await asked(service, 'app.example.com');
        answered++;
      }
    })();
    const settings = [
      { to: 'a', sample: '100%' },
      { to: 'b', sample: '100%' },
      undefined,
      { to: 'c', sample: '50%' },
    ];
    for (const [i, queryLog] of settings.entries()) {
      site.configure(queryLog && { 'query-log': queryLog });
      expect(await service.reload(`${i}`)).toBe(true);
      const before = answered;
      await until(() => answered > before + 20);
    }
    running = false;
    await load;
    expect(answered).toBe(sent);
    await service.stop();
    const counts = ['a', 'b', 'c'].map((name) => lines(name).length);
    expect(Math.min(...counts)).toBeGreaterThan(5);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThan(answered - 15);
    expect(site.logged('query log')).toEqual([]);
  });

  it('opens a file anew that was moved away, and names policies by the config that answered, through reloads', async () => {
    const queryLog = { to: 'log', sample: '100%' };
    site.configure({ 'query-log': queryLog });
    const service = await site.start();
    await asked(service, 'app.example.com');
    await until(() => lines('log').length === 1);
    renameSync(site.path('log'), site.path('log.old'));
    const policies = { aaa: { type: 'nearest', pool: 'app' }, renamed: { type: 'nearest', pool: 'app' } };
    const zones = [{ name: 'example.com', file: 'example.zone', steer: { app: 'renamed', other: 'aaa' } }];
    site.configure({ 'query-log': queryLog, pools: { app: standardPool }, policies, zones });
    expect(await service.reload('renamed')).toBe(true);
    await asked(service, 'app.example.com');
    await asked(service, 'other.example.com');
    await until(() => lines('log').length === 2);
    const all = [...lines('log.old'), ...lines('log')];
    expect(all.map(({ policy }) => policy)).toEqual(['app', 'renamed', 'aaa']);
    expect(all.map(({ region }) => region)).toEqual(['eu-west', 'eu-west', 'eu-west']);
  });

  it('follows to other workers when the listen addresses change', async () => {
    const queryLog = { to: 'log', sample: '100%' };
    site.configure({ 'query-log': queryLog });
    const service = await site.start();
    await asked(service, 'one.example.com');
    const listen = { dns: [`127.0.0.1:${await freePort()}`], http: '127.0.0.1:0', workers: 1 };
    site.configure({ 'query-log': queryLog, listen });
    expect(await service.reload('elsewhere')).toBe(true);
    await asked(service, 'two.example.com');
    await until(() => lines('log').length === 2);
    expect(lines('log').map(({ name }) => name)).toEqual(['one.example.com.', 'two.example.com.']);
  });

  it('answers on when the log cannot be written, says so once, and writes when it can be', async () => {
    writeFileSync(site.path('folder'), 'in the way');
    site.configure({ 'query-log': { to: 'folder/log', sample: '100%' } });
    const service = await site.start();
    await until(() => site.logged('cannot be written').length > 0);
    for (let i = 0; i < 20; i++) await asked(service, 'app.example.com');
    expect(await metric(service, 'meridian_query_log_written_total')).toBe(0);
    const up = `meridian_query_log_up{to="${site.path('folder/log')}"}`;
    expect(await metric(service, up)).toBe(0);
    renameSync(site.path('folder'), site.path('gone'));
    mkdirSync(site.path('folder'));
    await until(() => lines('folder/log').length === 20);
    await until(() => site.logged('again').length > 0);
    expect(site.logged('cannot be written')).toHaveLength(1);
    expect(await metric(service, up)).toBe(1);
  });

  it('says at its stop how many queries were not written', async () => {
    writeFileSync(site.path('folder'), 'in the way');
    site.configure({ 'query-log': { to: 'folder/log', sample: '100%' } });
    const service = await site.start();
    await until(() => site.logged('cannot be written').length > 0);
    for (let i = 0; i < 3; i++) await asked(service, 'app.example.com');
    await service.stop();
    expect(site.logged('incomplete').map(({ msg }) => msg)).toEqual([
      `the query log ends incomplete: 3 queries were not written to ${site.path('folder/log')} before the stop`,
    ]);
  });

  it('stops in time with a reader that took the connection and never reads', async () => {
    const server = createServer((socket) => socket.pause());
    await new Promise<void>((resolve) => server.listen(site.path('sock'), resolve));
    try {
      site.configure({ 'query-log': { to: `unix:${site.path('sock')}`, format: 'dnstap', sample: '100%' } });
      const service = await site.start();
      for (let i = 0; i < 20; i++) await asked(service, 'app.example.com');
      const before = performance.now();
      await service.stop();
      expect(performance.now() - before).toBeLessThan(4_000);
    } finally {
      server.close();
    }
  });
});
