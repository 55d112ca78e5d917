import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { freePort, metric, Site } from '../control/site.ts';
import { Child } from './resolvers/child.ts';
import { type Dug, dig } from './resolvers/dig.ts';

const PRIMARY = '192.0.2.1';
const STANDBY = '192.0.2.2';
const WAIT_MS = 6_000;

/** 0 where everything received is replayed, and on a primary; otherwise the age of what was replayed last. */
const lagQuery = `SELECT CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn()
  THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp()) ELSE 0 END`;

const programs = programsOf('/usr/lib/postgresql');
const reason = programs === undefined ? ' (left out: apt-get install postgresql)' : '';

describe.skipIf(programs === undefined)(`PostgreSQL, a primary and a standby${reason}`, () => {
  const site = new Site();
  const directory = mkdtempSync(join(tmpdir(), 'meridian-postgresql-'));
  const children: Child[] = [];
  const ports = { use1: 0, euw1: 0 };
  let lags: Server;
  let primary: Child;
  let service: Service;

  beforeAll(async () => {
    const account = accountOf('postgres');
    if (account !== undefined) chownSync(directory, account.uid, account.gid);
    ports.use1 = await freePort();
    ports.euw1 = await freePort();
    await run('initdb', '-D', join(directory, 'use1'), '-A', 'trust', '-U', 'meridian', '--no-sync');
    primary = await start('use1');
    const from = ['-h', '127.0.0.1', '-p', String(ports.use1), '-U', 'meridian', '-R', '--checkpoint=fast'];
    await run('pg_basebackup', '-D', join(directory, 'euw1'), '--no-sync', ...from);
    await start('euw1');
    await sql('use1', 'CREATE TABLE writes (at timestamptz DEFAULT now())');
    await eventually(async () => expect(await sql('euw1', "SELECT to_regclass('writes')")).toBe('writes'));
    lags = createServer((request, response) => {
      const name = request.url!.slice(1) as keyof typeof ports;
      sql(name, lagQuery).then(
        (lag) => response.end(JSON.stringify({ lag: Number(lag) })),
        () => response.writeHead(503).end(),
      );
    });
    await new Promise<void>((resolve) => lags.listen(0, '127.0.0.1', resolve));
    site.configure(partsOf((lags.address() as AddressInfo).port));
    service = await site.start();
  }, 90_000);

  afterAll(async () => {
    await site.close();
    lags?.close();
    await Promise.all(children.map((child) => child.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  it('lets the standby take over when it is caught up, and not before', async () => {
    await eventually(async () => expect(addresses(await ask())).toEqual([PRIMARY]));

    await sql('euw1', 'SELECT pg_wal_replay_pause()');
    await sql('use1', 'INSERT INTO writes DEFAULT VALUES');
    const lag = () =>
      metric(service, 'meridian_replication_lag_seconds{pool="db",source="us-east",region="eu-west"}');
    await eventually(async () => expect(await lag()).toBeGreaterThan(1));

    await primary.stop();
    await eventually(async () => expect(await up('use1', 'us-east')).toBe(0));
    const downMs = performance.now();
    // Waiting for the standby, the primary stays in the answers: `all-down: serve-all`.
    while (performance.now() - downMs < WAIT_MS - 2_000) {
      expect(addresses(await ask())).not.toContain(STANDBY);
      await sleep(200);
    }
    await eventually(async () => expect(await ask()).toMatchObject({ status: 'NOERROR', answer: [] }));
    expect(await up('euw1', 'eu-west')).toBe(1);

    const epoch = await metric(service, 'meridian_writer_epoch{policy="db"}');
    await sql('euw1', 'SELECT pg_wal_replay_resume()');
    await eventually(async () => expect(addresses(await ask())).toEqual([STANDBY]));
    expect(await sql('euw1', 'SELECT count(*) FROM writes')).toBe('1');
    expect(await metric(service, 'meridian_writer_epoch{policy="db"}')).toBe(epoch! + 1);
  }, 60_000);

  const ask = () => dig({ port: service.ports.dns[0]! }, 'db.example.com', 'A');
  const up = (endpoint: string, region: string) =>
    metric(service, `meridian_endpoint_up{pool="db",endpoint="${endpoint}",region="${region}"}`);

  function partsOf(lagPort: number) {
    const address = { use1: PRIMARY, euw1: STANDBY };
    const region = { use1: 'us-east', euw1: 'eu-west' };
    const endpoints = (['use1', 'euw1'] as const).map((name) => ({
      ...{ name, region: region[name], address: address[name], probe: `127.0.0.1:${ports[name]}` },
    }));
    const lag = { json: `http://127.0.0.1:${lagPort}/{endpoint}`, path: 'lag', every: '1s', keep: '3s' };
    const replication = { lag, max: '1s', wait: `${WAIT_MS}ms`, 'after-wait': 'nodata' };
    return {
      monitors: { postgres: { type: 'tcp', port: 5432, interval: '500ms' } },
      pools: { db: { monitor: 'postgres', endpoints, replication } },
      policies: {
        db: {
          ...{ type: 'failover', pool: 'db', order: ['us-east', 'eu-west'], ttl: '1s' },
          'single-writer': { margin: '0s' },
        },
      },
      zones: [{ name: 'example.com', file: 'example.zone', steer: { db: 'db' } }],
    };
  }

  /** Runs until the test ends; its data stand in a folder of its name. */
  async function start(name: keyof typeof ports): Promise<Child> {
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', `unix_socket_directories=${directory}`];
    const child = new Child(
      asUser(
        'postgres',
        '-D',
        join(directory, name),
        '-p',
        String(ports[name]),
        ...settings.flatMap((one) => ['-c', one]),
      ),
      '/',
    );
    children.push(child);
    await child.until(`${name} takes connections`, () =>
      sql(name, 'SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    return child;
  }

  async function sql(name: keyof typeof ports, text: string): Promise<string> {
    const to = ['-h', '127.0.0.1', '-p', String(ports[name]), '-U', 'meridian', '-d', 'postgres'];
    return (await run('psql', ...to, '-XAtc', text)).trim();
  }
});

const addresses = ({ answer }: Dug): string[] => answer.map(({ data }) => data);

async function run(name: string, ...args: string[]): Promise<string> {
  const [file, ...words] = asUser(name, ...args);
  return (await promisify(execFile)(file!, words, { timeout: 30_000, cwd: '/' })).stdout;
}

/** PostgreSQL does not run as root. */
function asUser(name: string, ...args: string[]): string[] {
  const command = [join(programs ?? '', name), ...args];
  if (accountOf('postgres') === undefined) return command;
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...command];
}

/** Undefined unless we are root. */
function accountOf(user: string): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The programs of the newest release that Debian has put there. */
function programsOf(folder: string): string | undefined {
  const releases = existsSync(folder) ? readdirSync(folder) : [];
  const newest = releases.sort((a, b) => Number(b) - Number(a))[0];
  const found = newest === undefined ? undefined : join(folder, newest, 'bin');
  return found !== undefined && ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(found, name)))
    ? found
    : undefined;
}

async function eventually(holds: () => Promise<void>): Promise<void> {
  for (const endMs = performance.now() + 15_000; ; await sleep(50)) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
  }
}
