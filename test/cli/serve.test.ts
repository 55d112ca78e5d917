import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, encodeQuery } from '../control/ask.ts';
import { freePort, Site, standardZone } from '../control/site.ts';
import { until } from '../control/until.ts';
import { Command, run } from './command.ts';

let site: Site;
let command: Command | undefined;
afterEach(async () => {
  command?.kill();
  await command?.ended;
  command = undefined;
  await site.close();
});

const london = { name: 'app.example.com', subnet: '81.2.69.0/24' } as const;

async function serve(): Promise<{ server: Command; dns: number; http: number }> {
  site = new Site();
  const [dns, http] = [await freePort(), await freePort()];
  site.configure({ listen: { dns: [`127.0.0.1:${dns}`], http: `127.0.0.1:${http}`, workers: 2 } });
  command = new Command(['serve', '-c', site.path('meridian.yaml')]);
  await command.says('"serving"');
  return { server: command, dns, http };
}

describe('meridian serve', () => {
  it('serves, reloads at SIGHUP, tells explain, and ends with 0 at SIGTERM', async () => {
    const { server, dns, http } = await serve();
    expect((await ask({ port: dns, ...london })).data).toEqual(['198.51.100.10']);
    const url = `http://127.0.0.1:${http}`;
    const told = await run(['explain', london.name, '--client', london.subnet, '--url', url]);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain('app.example.com. 20 A 198.51.100.10');
    const json = await run(['explain', london.name, '--client', london.subnet, '--url', url, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ answer: { scopePrefix: '81.2.64.0/20' } });

    site.write('example.zone', standardZone.replace('ns1 A 192.0.2.53', 'ns1 A 192.0.2.54'));
    server.signal('SIGHUP');
    await until(async () => (await ask({ port: dns, name: 'ns1.example.com' })).data[0] === '192.0.2.54');

    server.signal('SIGTERM');
    const { code, stdout, stderr } = await server.ended;
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('"signal":"SIGTERM"');
    expect(stderr).not.toMatch(/"level":[56]0/);
  });

  it('ends within 2 s under load, with connections open and a load under way', async () => {
    const { server, dns, http } = await serve();
    const socket = createSocket('udp4');
    const load = setInterval(() => {
      for (let i = 0; i < 20; i++) socket.send(encodeQuery(london, i), dns, '127.0.0.1');
    }, 1);
    const idle: Socket[] = await Promise.all(
      [dns, dns, http, http].map(
        (port) =>
          new Promise<Socket>((resolve) => {
            const client = connect(port, '127.0.0.1', () => resolve(client));
            client.on('error', () => {});
          }),
      ),
    );
    server.signal('SIGHUP');
    await server.says('SIGHUP');
    const began = performance.now();
    server.signal('SIGTERM');
    const { code } = await server.ended;
    const tookMs = performance.now() - began;
    clearInterval(load);
    socket.close();
    for (const client of idle) client.destroy();
    expect(code).toBe(0);
    // The promise is 2 s; a busy machine gets one more.
    expect(tookMs).toBeLessThan(3_000);
  });

  it.each(['dns', 'http'] as const)(
    'says who cannot have which port when that of %s is taken',
    async (part) => {
      site = new Site();
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as { port: number };
      const listen = { dns: ['127.0.0.1:0'], http: 'off', workers: 1 };
      const taken = `127.0.0.1:${port}`;
      site.configure({ listen: part === 'dns' ? { ...listen, dns: [taken] } : { ...listen, http: taken } });
      const { code, stderr } = await run(['serve', '-c', site.path('meridian.yaml')]);
      other.close();
      expect(code).toBe(1);
      const name = part === 'dns' ? '(tcp|udp)' : 'http';
      expect(stderr).toMatch(
        new RegExp(`^meridian: cannot listen on ${name} ${taken}: address already in use \\[LISTEN\\]$`, 'm'),
      );
    },
  );

  it('refuses a bad config with all problems', async () => {
    site = new Site();
    site.configure({ polices: {}, listen: { dns: ['nowhere'] } });
    const { code, stdout, stderr } = await run(['serve', '-c', site.path('meridian.yaml')]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/meridian\.yaml:\d+:\d+: .*polices.* \[CONFIG_KEY\]/);
    expect(stderr).toMatch(/meridian\.yaml:\d+:\d+: .* \[CONFIG_VALUE\]/);
    expect(stderr).toMatch(/^2 errors, /m);
  });
});
