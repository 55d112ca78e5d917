import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MmdbWriter, Typed } from '../../geodb/mmdb-writer.ts';
import { buildEpoch } from '../control/places.ts';
import { Site } from '../control/site.ts';
import { type Ended, run } from './command.ts';

const site = new Site();
afterAll(() => site.close());

type Place = readonly [country: string, latitude: number, longitude: number];
const london: Place = ['GB', 51.5, -0.1];
const munich: Place = ['DE', 48.1, 11.6];
const seattle: Place = ['US', 47.6, -122.3];

/** Each country has a half or a quarter of all networks. */
function database(places: Readonly<Record<string, Place>>): Uint8Array {
  const ipVersion = 4;
  const writer = new MmdbWriter({ databaseType: 'test city', ipVersion, recordSize: 28, buildEpoch });
  for (const [network, [country, latitude, longitude]] of Object.entries(places))
    writer.insert(network, {
      ...{ city: country, country_code: country },
      ...{ latitude: new Typed('float', latitude), longitude: new Typed('float', longitude) },
    });
  return writer.encode().bytes;
}

const regions = {
  'us-west': { location: [45.84, -119.7] },
  'eu-west': { location: [53.35, -6.26] },
  'eu-central': { location: [50.11, 8.68] },
};

function configure(name: string, served: readonly (keyof typeof regions)[], more: object = {}): void {
  const endpoints = served.map((region, i) => ({ name: `e${i}`, region, address: `198.51.100.${i + 1}` }));
  const config = {
    listen: { dns: ['127.0.0.1:0'] },
    geo: { databases: ['places.mmdb'] },
    regions,
    pools: { app: { endpoints } },
    policies: { app: { type: 'nearest', pool: 'app' }, first: { type: 'failover', pool: 'app' } },
    zones: [{ name: 'example.com', file: 'example.zone', steer: { app: 'app', first: 'first' } }],
    ...more,
  };
  site.write(name, JSON.stringify(config));
}

function diff(...args: string[]): Promise<Ended> {
  return run(['diff', ...args], { cwd: site.directory });
}

beforeAll(() => {
  site.write(
    'places.mmdb',
    database({ '1.0.0.0/9': london, '1.128.0.0/10': munich, '1.192.0.0/10': seattle }),
  );
  site.write('moved.mmdb', database({ '1.0.0.0/9': london, '1.128.0.0/9': munich }));
  configure('old.yaml', ['us-west', 'eu-west']);
  configure('new.yaml', ['us-west', 'eu-west', 'eu-central']);
});

describe('meridian diff', () => {
  it('tells who moves, and ends with 0', async () => {
    const { code, stdout, stderr } = await diff('old.yaml', 'new.yaml');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    // Of 344 million in the USA, 84 in Germany and 68 in Great Britain.
    expect(lines.slice(0, 9)).toEqual([
      'nobody moves: policy first',
      '',
      'policy app: 17.0 % of users move (networks: IPv4 25.0 %, IPv6 0 %)',
      '',
      '                           users  IPv4 /24  IPv6 /48  most of them in',
      '  A eu-west → eu-central  17.0 %    25.0 %       0 %  DE 17.0 %',
      '',
      '  share of users  before     now',
      '  eu-central         0 %  17.0 %',
    ]);
    expect(stdout.match(/^ .*A$/gm)).toHaveLength(1);
  });

  it('compares two databases under one config', async () => {
    const { code, stdout } = await diff('old.yaml', 'old.yaml', '--new-database', 'moved.mmdb', '--json');
    expect(code).toBe(0);
    const { policies } = JSON.parse(stdout);
    expect(policies[0]).toMatchObject({
      now: 'app',
      found: 'exact',
      moved: { ipv4: 0.25 },
      moves: [{ from: 'us-west', to: 'eu-west', countries: [{ country: 'DE' }] }],
    });
    const same = await diff('old.yaml', 'old.yaml', '--old-database', 'places.mmdb');
    expect(same).toEqual({ code: 0, stdout: 'nobody moves: policy app, policy first\n', stderr: '' });
  });

  it('ends with 1 when more of a policy move than may', async () => {
    const [more, fewer, other] = await Promise.all([
      diff('old.yaml', 'new.yaml', '--max-moved', '20%'),
      diff('old.yaml', 'new.yaml', '--max-moved', '25%'),
      diff('old.yaml', 'new.yaml', '--max-moved', '20%', '--policy', 'first'),
    ]);
    expect([more.code, more.stderr]).toEqual([
      1,
      'meridian: policy app moves more than 20.0 %: users 17.0 %, IPv4 25.0 %, IPv6 0 %\n',
    ]);
    expect([fewer.code, fewer.stderr]).toEqual([0, '']);
    expect(other).toEqual({ code: 0, stdout: 'nobody moves: policy first\n', stderr: '' });
  });

  it('counts what changes inside a region, and names that are lost', async () => {
    const region = { pools: { app: { endpoints: [] as object[] } } };
    region.pools.app.endpoints = ['us-west', 'eu-west'].map((name, i) => ({
      ...{ name: `e${i}`, region: name, address: `198.51.100.${i + 11}` },
    }));
    configure('inside.yaml', ['us-west', 'eu-west'], region);
    const inside = await diff('old.yaml', 'inside.yaml', '--max-moved', '5%', '--policy', 'app');
    expect(inside.code).toBe(1);
    expect(inside.stdout).toContain('eu-west: app: other address of e1');
    expect(inside.stderr).toBe(
      'meridian: policy app moves more than 5.0 %: users 100.0 %, IPv4 100.0 %, IPv6 0 %; ' +
        'of these in their region: users 100.0 %, IPv4 100.0 %, IPv6 0 %\n',
    );
    const zones = [{ name: 'example.com', file: 'example.zone', steer: { first: 'first' } }];
    configure('fewer.yaml', ['us-west', 'eu-west'], { zones });
    const lost = await diff('old.yaml', 'fewer.yaml', '--max-moved', '5%');
    expect(lost.code).toBe(1);
    expect(lost.stderr).toContain('meridian: steered before, and not now: app.example.com\n');
    const told = await diff('old.yaml', 'fewer.yaml');
    expect(told.code).toBe(0);
    expect(told.stdout).toContain('steered before, and not now: app.example.com\n');
  });

  it('tells the problems of either config, and ends with 1', async () => {
    site.write('broken.yaml', 'zones: 1\n');
    const broken = await diff('old.yaml', 'broken.yaml');
    expect([broken.code, broken.stdout]).toEqual([1, '']);
    expect(broken.stderr).toContain('broken.yaml:1:8:');
    const missing = await diff('old.yaml', 'old.yaml', '--old-database', 'nowhere.mmdb');
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain('nowhere.mmdb');
    expect(missing.stderr).toContain('[GEO_MISSING]');
  });

  it('knows the policies of both configs', async () => {
    const { code, stderr } = await diff('old.yaml', 'new.yaml', '--policy', 'nobody');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^meridian: --policy "nobody": neither config has it\n\n/);
  });

  it('leaves warnings out of what programs read', async () => {
    configure('warned.yaml', ['us-west', 'eu-west'], { monitors: { unused: { type: 'http' } } });
    const { code, stdout, stderr } = await diff(
      'old.yaml',
      'warned.yaml',
      '--json',
      '--at',
      '2026-12-01T10:00:00Z',
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: .*unused.*\[CONFIG_UNUSED\]/);
    expect(JSON.parse(stdout)).toMatchObject({ at: '2026-12-01T10:00:00.000Z', added: [], removed: [] });
  });
});
