import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { geoFile } from './places.ts';
import { addresses, askService, freePort, get, metric, Site, standardZone } from './site.ts';
import { until } from './until.ts';

// Each test waits for conditions; the time is for a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let site: Site;
afterEach(() => site.close());

const london = { name: 'app.example.com', subnet: '81.2.69.0/24' } as const;
const failures = 'meridian_config_reloads_total{result="failure"}';
const successes = 'meridian_config_reloads_total{result="success"}';

async function started(parts = {}): Promise<Service> {
  site = new Site();
  site.configure(parts);
  return site.start();
}

/** The zone with this text in its TXT record. */
function withNote(text: string): string {
  return standardZone.replace('"static"', `"${text}"`);
}

async function note(service: Service): Promise<string> {
  const { message } = await askService(service, { name: 'note.example.com', type: 'TXT' });
  const [record] = message.answers ?? [];
  return record?.type === 'TXT' ? String(record.data) : '';
}

describe('reload', () => {
  it('takes changes of config and zones into use', async () => {
    const service = await started();
    site.write('example.zone', withNote('changed'));
    site.configure({ policies: { app: { type: 'failover', pool: 'app', ttl: '7s' } } });
    expect(await service.reload('test')).toBe(true);
    await until(async () => (await note(service)) === 'changed');
    expect(await askService(service, london)).toMatchObject({
      data: [addresses['us-east']],
      ttl: 7,
      scope: 0,
    });
    expect(service.config.policies[0]!.type).toBe('failover');
    await until(async () => ((await metric(service, successes)) ?? 0) >= 1);
    expect(await metric(service, failures)).toBe(0);
  });

  it.each([
    ['no YAML', () => site.write('meridian.yaml', 'zones: [')],
    ['an unknown key', () => site.configure({ polices: {} })],
    ['a bad zone', () => site.write('example.zone', '@ SOA')],
    ['a vanished zone', () => rmSync(site.path('example.zone'))],
    ['a vanished config', () => rmSync(site.path('meridian.yaml'))],
  ])('with %s changes nothing, says so, and works again after', async (_, spoil) => {
    const service = await started();
    const generation = service.status().generation;
    spoil();
    expect(await service.reload('test')).toBe(false);
    expect(service.status().generation).toBe(generation);
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
    expect(await note(service)).toBe('static');
    await until(async () => ((await metric(service, failures)) ?? 0) >= 1);
    expect(await metric(service, 'meridian_config_last_reload_success')).toBe(0);
    expect(site.logged('the config was not taken').length).toBeGreaterThan(0);
    expect(site.log.filter(({ level, msg }) => level >= 50 && /\[[A-Z]+_/.test(msg)).length).toBeGreaterThan(
      0,
    );

    site.write('example.zone', withNote('mended'));
    site.configure();
    expect(await service.reload('test')).toBe(true);
    await until(async () => (await note(service)) === 'mended');
    expect(await metric(service, 'meridian_config_last_reload_success')).toBe(1);
  });

  it.each([
    ['truncated', () => site.write('geo4.mmdb', geoFile(4).slice(0, 300))],
    ['vanished', () => rmSync(site.path('geo4.mmdb'))],
  ])('with a %s geo file keeps the map, and counts', async (_, spoil) => {
    const service = await started();
    spoil();
    await service.reload('test');
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
    await until(async () => ((await metric(service, 'meridian_geo_load_failures_total')) ?? 0) >= 1);
    expect(site.logged('the maps in use stay').length).toBeGreaterThan(0);
    site.write('geo4.mmdb', geoFile(4));
    expect(await service.reload('test')).toBe(true);
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
  });

  it('refuses other regions while the geo file is bad: the map would not fit', async () => {
    const service = await started();
    site.write('geo4.mmdb', new Uint8Array(10));
    site.configure({
      regions: { 'us-east': { location: [39, -77] }, 'eu-west': { location: [53, -6] } },
      pools: { app: { endpoints: [{ name: 'a', region: 'us-east', address: '192.0.2.1' }] } },
    });
    expect(await service.reload('test')).toBe(false);
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
  });
});

describe('a change of a file', () => {
  it.each([
    ['written in place', () => site.write('example.zone', withNote('new'))],
    [
      'replaced by renaming',
      () => {
        writeFileSync(site.path('next'), withNote('new'));
        renameSync(site.path('next'), site.path('example.zone'));
      },
    ],
  ])('is taken into use when it is %s', async (_, change) => {
    const service = await started();
    change();
    await until(async () => (await note(service)) === 'new');
  });

  it('is seen in the file that a refused config names', async () => {
    const service = await started();
    site.write('example.zone', `${standardZone}$INCLUDE more\n`);
    await until(async () => ((await metric(service, failures)) ?? 0) >= 1);
    site.configure({ zones: [{ name: 'example.com', file: 'other.zone', steer: { app: 'app' } }] });
    await until(async () => (await metric(service, failures)) === 2);
    site.write('other.zone', withNote('other'));
    await until(async () => (await note(service)) === 'other');
  });

  it('is seen when it comes while a load is under way', async () => {
    const service = await started();
    site.write('example.zone', withNote('first'));
    let loading = true;
    const load = service.reload('test').finally(() => {
      loading = false;
    });
    let last = 0;
    while (loading) {
      site.write('example.zone', withNote(`${++last}`));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await load;
    await until(async () => (await note(service)) === `${last}`);
  });
});

describe('other sockets', () => {
  const listen = (port: number, parts = {}) => ({
    listen: { dns: [`127.0.0.1:${port}`], http: '127.0.0.1:0', workers: 1, ...parts },
  });

  it('take over DNS when the address changes', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const service = await started(listen(first));
    site.configure(listen(second));
    expect(await service.reload('test')).toBe(true);
    expect(service.ports.dns).toEqual([second]);
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
    expect((await askService(service, { ...london, transport: 'tcp' })).data).toEqual([addresses['eu-west']]);
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(first, '127.0.0.1', resolve));
    free.close();
  });

  it('serve HTTP elsewhere, or not at all', async () => {
    const [first, second, dns] = [await freePort(), await freePort(), await freePort()];
    const service = await started(listen(dns, { http: `127.0.0.1:${first}` }));
    site.configure(listen(dns, { http: `127.0.0.1:${second}` }));
    expect(await service.reload('test')).toBe(true);
    expect(service.ports.http).toBe(second);
    expect((await get(service, '/livez')).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${first}/livez`)).rejects.toThrow();
    site.configure(listen(dns, { http: 'off' }));
    expect(await service.reload('test')).toBe(true);
    expect(service.ports.http).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${second}/livez`)).rejects.toThrow();
  });

  it.each(['dns', 'http'] as const)('stay as they are when the new %s address is taken', async (part) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: taken } = other.address() as { port: number };
    const [dns, http, free] = [await freePort(), await freePort(), await freePort()];
    const service = await started(listen(dns, { http: `127.0.0.1:${http}` }));
    // The other part is free: it must not be taken either.
    site.configure(
      part === 'dns'
        ? listen(taken, { http: `127.0.0.1:${free}` })
        : listen(free, { http: `127.0.0.1:${taken}` }),
    );
    expect(await service.reload('test')).toBe(false);
    expect(site.logged('address already in use').length).toBeGreaterThan(0);
    expect(service.ports).toEqual({ dns: [dns], tls: [], http });
    expect(service.config.listen.dns[0]!.port).toBe(dns);
    expect((await askService(service, london)).data).toEqual([addresses['eu-west']]);
    expect(await metric(service, failures)).toBeGreaterThan(0);
    await expect(fetch(`http://127.0.0.1:${free}/livez`)).rejects.toThrow();
    other.close();
    site.configure(listen(dns, { http: `127.0.0.1:${http}` }));
    expect(await service.reload('test')).toBe(true);
    expect(service.ports).toEqual({ dns: [dns], tls: [], http });
  });
});
