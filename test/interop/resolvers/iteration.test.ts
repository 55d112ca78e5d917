import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './bind.ts';
import type { Child } from './child.ts';
import { type Dug, dig } from './dig.ts';
import { Directory, startMeridian, steering } from './meridian.ts';
import { Namespace } from './network.ts';
import { recursor } from './recursor.ts';
import { RunningResolver } from './resolver.ts';
import { unbound } from './unbound.ts';

/**
 * A small Internet of three servers, all ours: the root, `example` and `gtm.example`. Resolvers find their way from
 * root hints through referrals, on port 53.
 */
const hosts = { root: '127.0.0.2', example: '127.0.0.3', gtm: '127.0.0.4' } as const;

const zones = {
  root: `zones:
  - name: .
    records:
      - ". 86400 SOA a.root. admin.root. 1 1800 900 604800 60"
      - ". 86400 NS a.root."
      - "a.root. 86400 A ${hosts.root}"
      - "example. 86400 NS ns1.nic.example."
      - "ns1.nic.example. 86400 A ${hosts.example}"
      - "unsigned. 86400 NS a.root."
  - name: unsigned
    records:
      - "@ 300 SOA a.root. admin.root. 1 1800 900 604800 60"
      - "@ 300 NS a.root."
      - "@ 300 TXT same-server"
`,
  example: `zones:
  - name: example
    records:
      - "@ 3600 SOA ns1.nic admin.nic 1 1800 900 604800 60"
      - "@ 3600 NS ns1.nic"
      - "ns1.nic 3600 A ${hosts.example}"
      - "gtm 3600 NS ns.gtm"
      - "ns.gtm 3600 A ${hosts.gtm}"
      - "sibling 3600 NS ns.gtm"
      - "to-gtm 3600 CNAME app.gtm"
      - "dead 3600 DNAME gtm"
`,
  gtm: `zones:
  - name: gtm.example
    records:
      - "@ 300 SOA ns admin 1 1800 900 604800 60"
      - "@ 300 NS ns"
      - "ns 300 A ${hosts.gtm}"
      - "back 300 NS ns1.nic.example."
      - "way 300 CNAME text.sibling.example."
    steer: { app: app, "*.any": app }
  - name: sibling.example
    records:
      - "@ 300 SOA ns.gtm.example. admin 1 1800 900 604800 60"
      - "@ 300 NS ns.gtm.example."
      - "text 300 TXT found"
`,
} as const;

const possible = Namespace.possible;

describe.runIf(possible)('from the root', () => {
  const directory = new Directory();
  const servers: Child[] = [];
  let network: Namespace;

  beforeAll(async () => {
    network = await Namespace.open();
    const geo = steering(directory);
    const starts = (['root', 'example', 'gtm'] as const).map((name) => {
      const config = `listen: { dns: ["${hosts[name]}:53"], http: off, workers: 1 }\n${geo}${zones[name]}`;
      return startMeridian(directory, name, config, network);
    });
    servers.push(...(await Promise.all(starts)));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await network.close();
    directory.remove();
  });

  describe.each([unbound, bind, recursor])('$name', (resolver) => {
    let front: RunningResolver;
    const ask = (...words: string[]): Promise<Dug> => dig(front, ...words);
    const data = ({ answer }: Dug): string[] => answer.map((record) => record.data).sort();

    beforeAll(async () => {
      const upstream = { kind: 'root', name: 'a.root', host: hosts.root } as const;
      front = await RunningResolver.start(
        resolver,
        directory,
        { port: 53, upstream },
        'app.gtm.example',
        network,
      );
    });
    afterAll(() => front?.stop());

    it.each<[string, string, string[]]>([
      ['app.gtm.example', 'A', ['192.0.2.3']],
      ['a.b.any.gtm.example', 'A', ['192.0.2.3']],
      ['to-gtm.example', 'A', ['192.0.2.3', 'app.gtm.example.']],
      ['app.dead.example', 'A', ['192.0.2.3', 'app.gtm.example.', 'gtm.example.']],
      ['way.gtm.example', 'TXT', ['"found"', 'text.sibling.example.']],
      ['text.sibling.example', 'TXT', ['"found"']],
      ['unsigned', 'TXT', ['"same-server"']],
      ['gtm.example', 'NS', ['ns.gtm.example.']],
      ['example', 'NS', ['ns1.nic.example.']],
    ])('follows the delegations to %s %s', async (name, type, records) => {
      const answer = await ask(name, type);
      expect([answer.status, data(answer)]).toEqual(['NOERROR', records]);
    });

    it.each<[string, string, string, string]>([
      ['no-such-tld', 'A', 'NXDOMAIN', '.'],
      ['www.no-such-tld', 'A', 'NXDOMAIN', '.'],
      ['nothing.example', 'A', 'NXDOMAIN', 'example.'],
      ['nothing.gtm.example', 'A', 'NXDOMAIN', 'gtm.example.'],
      ['app.gtm.example', 'AAAA', 'NOERROR', 'gtm.example.'],
      ['gtm.example', 'DS', 'NOERROR', 'example.'],
      ['sibling.example', 'DS', 'NOERROR', 'example.'],
      ['nic.example', 'A', 'NOERROR', 'example.'],
    ])('learns from the right zone that there is no %s %s', async (name, type, status, apex) => {
      const answer = await ask(name, type);
      expect([answer.status, data(answer)]).toEqual([status, []]);
      expect(answer.authority).toMatchObject([{ owner: apex, type: 'SOA' }]);
    });

    it.runIf(resolver !== bind)('carries the client subnet to the last server', async () => {
      expect(data(await ask('b.any.gtm.example', '+subnet=81.2.69.0/24'))).toEqual(['192.0.2.2']);
      expect(data(await ask('b.any.gtm.example', '+subnet=45.33.32.0/24'))).toEqual(['192.0.2.1']);
    });

    it('has nothing to complain of', () => {
      expect(front.complaints).toEqual([]);
    });
  });
});

it.skipIf(possible)('needs user and network namespaces, which this machine does not allow', () => {});
