import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './bind.ts';
import { type Dug, dig } from './dig.ts';
import { freePort } from './network.ts';
import { recursor } from './recursor.ts';
import { type Resolver, RunningResolver } from './resolver.ts';
import { failoverTtlSeconds, Site, servesTls } from './site.ts';
import { unbound } from './unbound.ts';

const zone = 'gtm.example';
const soa = `ns.${zone}. hostmaster.${zone}. 1 7200 1800 259200 60`;

/** `sendsSubnets`: clients' subnets reach us. */
const cases: readonly { resolver: Resolver; transport: 'udp' | 'tcp' | 'tls'; sendsSubnets: boolean }[] = [
  { resolver: unbound, transport: 'udp', sendsSubnets: true },
  { resolver: unbound, transport: 'tcp', sendsSubnets: true },
  ...(servesTls ? ([{ resolver: unbound, transport: 'tls', sendsSubnets: true }] as const) : []),
  { resolver: bind, transport: 'udp', sendsSubnets: false },
  { resolver: bind, transport: 'tcp', sendsSubnets: false },
  { resolver: recursor, transport: 'udp', sendsSubnets: true },
];

describe.each(cases)('$resolver.name in front, over $transport', ({ resolver, transport, sendsSubnets }) => {
  let site: Site;
  let front: RunningResolver;
  const ask = (name: string, ...words: string[]): Promise<Dug> => dig(front, `${name}.${zone}`, ...words);
  const from = (name: string, subnet: string): Promise<Dug> => ask(name, 'A', `+subnet=${subnet}`);
  const data = ({ answer }: Dug): string[] => answer.map((record) => record.data);

  beforeAll(async () => {
    site = await Site.start();
    const port = transport === 'tls' ? site.tlsPort : site.port;
    const upstream = { kind: 'zone', zone, host: '127.0.0.1', port, transport } as const;
    const setup = { port: await freePort(), upstream };
    front = await RunningResolver.start(resolver, site.directory, setup, `static.${zone}`);
  });
  afterAll(async () => {
    await front?.stop();
    await site?.stop();
  });

  it.each<[string, string, string[]]>([
    ['static', 'A', ['192.0.2.99']],
    ['STATIC', 'A', ['192.0.2.99']],
    ['app', 'A', ['192.0.2.3']],
    ['one.any', 'A', ['192.0.2.3']],
    ['www', 'A', [`app.${zone}.`, '192.0.2.3']],
    ['www.deep', 'A', [`x.any.${zone}.`, '192.0.2.3']],
    ['this.wild', 'TXT', ['"anything"']],
    ['a.b.c', 'A', ['192.0.2.98']],
    ['a.b.old', 'A', [`c.${zone}.`, `a.b.c.${zone}.`, '192.0.2.98']],
    ['generic', 'TYPE65280', ['\\# 3 010203']],
    ['', 'SOA', [soa]],
  ])('answers %s %s', async (name, type, records) => {
    const answer = await dig(front, name === '' ? zone : `${name}.${zone}`, type);
    expect(answer.status).toBe('NOERROR');
    // Resolvers have their own order for what they put together.
    expect(data(answer).sort()).toEqual(records.sort());
  });

  it('gets whole what does not fit into UDP', async () => {
    expect((await ask('big', 'TXT', '+tcp')).answer).toHaveLength(12);
  });

  it.each<[string, string, string]>([
    ['nothing', 'A', 'NXDOMAIN'],
    ['below.static', 'A', 'NXDOMAIN'],
    ['app', 'AAAA', 'NOERROR'],
    ['static', 'MX', 'NOERROR'],
    ['b.c', 'A', 'NOERROR'],
  ])('caches that there is no %s %s', async (name, type, status) => {
    const first = await ask(name, type);
    expect([first.status, first.answer]).toEqual([status, []]);
    expect(first.authority).toMatchObject([{ owner: `${zone}.`, type: 'SOA', data: soa }]);
    expect(first.authority[0]!.ttlSeconds).toBeLessThanOrEqual(60);
    expect(await site.queriesDuring(() => ask(name, type))).toBe(0);
  });

  it.runIf(sendsSubnets)('gives clients in two networks the region of each', async () => {
    expect(data(await from('app', '81.2.69.0/24'))).toEqual(['192.0.2.2']);
    expect(data(await from('app', '45.33.32.0/24'))).toEqual(['192.0.2.1']);
    expect(data(await from('www', '45.33.32.0/24'))).toEqual([`app.${zone}.`, '192.0.2.1']);
    expect(data(await from('app', '2a00:1::/48'))).toEqual(['192.0.2.2']);
    expect(data(await from('app', '2a00:5:1::/48'))).toEqual(['192.0.2.1']);
  });

  it.runIf(sendsSubnets)(
    'serves a client inside the scope from its cache, and asks for one outside',
    async () => {
      const during = (subnet: string): Promise<number> => site.queriesDuring(() => from('two.any', subnet));
      expect(await during('81.2.69.0/24')).toBeGreaterThan(0);
      expect(await during('81.2.69.0/24')).toBe(0);
      expect(await during('81.2.64.0/24')).toBe(0);
      expect(await during('81.2.80.0/24')).toBeGreaterThan(0);
      expect(await during('45.33.32.0/24')).toBeGreaterThan(0);
      expect(await during('45.33.33.0/24')).toBe(0);
    },
  );

  it.runIf(sendsSubnets)('gives no client an answer made for others, in any order', async () => {
    for (const round of ['three', 'four', 'five']) {
      for (const subnet of shuffled(subnets, round.length)) {
        const [through, direct] = await Promise.all([
          from(`${round}.any`, subnet),
          dig(site, `${round}.any.${zone}`, 'A', `+subnet=${subnet}`),
        ]);
        expect([subnet, data(through)]).toEqual([subnet, data(direct)]);
      }
    }
  });

  it.runIf(sendsSubnets)('places a client that opts out by the resolver, and nobody else', async () => {
    const name = 'six.any';
    expect(data(await from(name, '81.2.69.0/24'))).toEqual(['192.0.2.2']);
    expect(data(await from(name, '0.0.0.0/0'))).toEqual(['192.0.2.3']);
    expect(data(await from(name, '45.33.32.0/24'))).toEqual(['192.0.2.1']);
    expect(data(await from(name, '81.2.69.0/24'))).toEqual(['192.0.2.2']);
  });

  it.runIf(sendsSubnets)('asks once for a name that is the same for all', async () => {
    await from('a.b.c', '81.2.69.0/24');
    expect(await site.queriesDuring(() => from('a.b.c', '45.33.32.0/24'))).toBe(0);
    await from('none', '81.2.69.0/24');
    expect(await site.queriesDuring(() => from('none', '45.33.32.0/24'))).toBe(0);
  });

  it('shows a failover once the TTL has passed', async () => {
    const both = ['198.51.100.1', '198.51.100.2'];
    const left = both.slice(1);
    const moved = async (where: 'direct' | 'front'): Promise<number> => {
      for (;;) {
        const answer = await dig(where === 'front' ? front : site, `ha.${zone}`);
        if (data(answer).sort().join() === left.join()) return performance.now();
        await sleep(50);
      }
    };
    expect(data(await ask('ha')).sort()).toEqual(both);
    await site.killFirst();
    const directAt = await moved('direct');
    expect(((await moved('front')) - directAt) / 1000).toBeLessThan(failoverTtlSeconds + 2);
  });

  it('comes over the transport that it was told', async () => {
    expect(await site.queries(transport)).toBeGreaterThan(10);
  });

  it('has nothing to complain of', () => {
    expect(front.complaints).toEqual([]);
  });
});

/**
 * Networks around every border, and an opt-out. None is wider than its scope: what a resolver got for a wider one it
 * may keep for all of it.
 */
const subnets = [
  ...['81.2.69.0/24', '81.2.79.0/24', '81.2.80.0/24', '81.2.81.0/24', '81.2.127.0/24', '81.2.128.0/24'],
  ...['81.2.255.0/24', '81.3.0.0/24', '80.255.255.0/24', '82.0.0.0/24', '44.255.255.0/24', '45.0.0.0/24'],
  ...['46.0.0.0/24', '0.0.0.0/0', '2a00::/48', '2a00:4:ffff::/48', '2a00:5::/48'],
  ...['2a00:6::/48', '2600::/48', '2610::/48'],
];

function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const keyed = items.map((item) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return { item, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
