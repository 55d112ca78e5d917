import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Explained, type Health, whys } from './explained.ts';
import { geoFile } from './places.ts';

let explained: Explained;

beforeAll(() => {
  const endpoint = (name: string, region: string, last: number, weight = 1) => ({
    name,
    region,
    address: `192.0.2.${last}`,
    weight,
  });
  explained = new Explained({
    pools: {
      app: {
        endpoints: [
          endpoint('va', 'us-east', 1, 3),
          endpoint('ie', 'eu-west', 2, 2),
          endpoint('de', 'eu-central', 3),
          { name: 'de6', region: 'eu-central', address: '2001:db8::1' },
          endpoint('spare', 'eu-west', 4, 0),
        ],
      },
      one: { endpoints: [endpoint('ie', 'eu-west', 2), endpoint('de', 'eu-central', 3)] },
    },
    policies: {
      nearest: { type: 'nearest', pool: 'one' },
      two: { type: 'nearest', pool: 'one', answers: 2 },
      failover: { type: 'failover', pool: 'app', order: ['va', 'eu-central'] },
      weighted: { type: 'weighted', pool: 'app' },
      inside: { type: 'weighted', pool: 'app', within: 'region' },
      lastgood: { type: 'nearest', pool: 'one', 'all-down': 'last-known-good' },
      nodata: { type: 'nearest', pool: 'one', 'all-down': 'nodata' },
    },
    zones: [
      {
        name: 'example.com',
        file: 'example.zone',
        steer: {
          app: 'nearest',
          two: 'two',
          failover: 'failover',
          weighted: 'weighted',
          inside: 'inside',
          lastgood: 'lastgood',
          nodata: 'nodata',
        },
      },
    ],
  });
});
afterAll(() => explained.site.close());

const london = '81.2.69.142';
const down = { ie: 'down', de: 'down' } as const;

interface Case {
  readonly title: string;
  readonly name: string;
  readonly type?: string;
  readonly client?: string;
  readonly health?: Health;
  readonly serving: string;
  readonly whys: Readonly<Record<string, string>>;
}

const cases: Case[] = [
  {
    title: 'nearest and farther',
    name: 'app',
    serving: 'healthy',
    whys: { ie: '→ nearest region', de: 'farther: region 2 by distance' },
  },
  {
    title: 'down, with the reason',
    name: 'app',
    health: { states: { ie: 'down' } },
    serving: 'healthy',
    whys: { ie: 'connection refused', de: '→ region 2 by distance' },
  },
  {
    title: 'unknown beside one that is up',
    name: 'app',
    health: { states: { ie: 'unknown' } },
    serving: 'healthy',
    whys: { ie: 'no probe has judged it yet, and others are up', de: '→ region 2 by distance' },
  },
  {
    title: 'unknown while nothing is up',
    name: 'app',
    health: { states: { ie: 'down', de: 'unknown' } },
    serving: 'unknown',
    whys: { ie: 'connection refused', de: '→ region 2 by distance, although not yet known' },
  },
  {
    title: 'several answers',
    name: 'two',
    serving: 'healthy',
    whys: { ie: '→ nearest region, 1 of 2 answers', de: '→ region 2 by distance, 2 of 2 answers' },
  },
  {
    title: 'all down, all served',
    name: 'app',
    health: { states: down },
    serving: 'all-down: serve-all',
    whys: {
      ie: '→ nearest region, although down: connection refused',
      de: 'farther: region 2 by distance',
    },
  },
  {
    title: 'all down, the last good served',
    name: 'lastgood',
    health: { states: down, good: ['de'] },
    serving: 'all-down: last-known-good',
    whys: {
      ie: 'connection refused; not among the last ones that were up',
      de: '→ region 2 by distance, although down: connection refused',
    },
  },
  {
    title: 'all down, nothing served',
    name: 'nodata',
    health: { states: down },
    serving: 'all-down: nodata',
    whys: {
      ie: 'connection refused',
      de: 'connection refused',
    },
  },
  {
    title: 'failover: first tier, standby, left out, other family',
    name: 'failover',
    serving: 'healthy',
    whys: {
      va: '→ in tier 1, the first with a usable endpoint',
      de: 'standby: tier 2',
      de6: 'an IPv6 address answers no A question',
      ie: 'not in the order of the policy',
      spare: 'not in the order of the policy',
    },
  },
  {
    title: 'failover: everything in the order is down, what is not in it does not count',
    name: 'failover',
    health: { states: { va: 'down', de: 'down', de6: 'down' } },
    serving: 'all-down: serve-all',
    whys: {
      va: '→ in tier 1, the first with a usable endpoint, although down: connection refused',
      de: 'standby: tier 2',
      ie: 'not in the order of the policy',
    },
  },
  {
    title: 'weighted inside the region: weight 0, farther',
    name: 'inside',
    serving: 'healthy',
    whys: {
      ie: '→ nearest region, drawn by weight inside it',
      spare: 'weight 0',
      de: 'farther: region 2 by distance',
    },
  },
  {
    title: 'AAAA',
    name: 'failover',
    type: 'AAAA',
    health: { states: { va: 'down' } },
    serving: 'healthy',
    whys: {
      de6: '→ in tier 2, the first with a usable endpoint',
      va: 'an IPv4 address answers no AAAA question',
    },
  },
  {
    title: 'AAAA where the region has IPv4 only: families stay together',
    name: 'failover',
    type: 'AAAA',
    serving: 'other-family',
    whys: { de6: 'standby: tier 2' },
  },
  {
    title: 'no endpoint of the family',
    name: 'app',
    type: 'AAAA',
    serving: 'none',
    whys: { ie: 'an IPv4 address answers no AAAA question' },
  },
  {
    title: 'a client without a place',
    name: 'app',
    client: '9.9.9.9',
    serving: 'healthy',
    whys: { ie: '→ region 3 of the config', de: 'farther: region 4 of the config' },
  },
  {
    title: 'a private client',
    name: 'app',
    client: '192.168.1.0/24',
    serving: 'healthy',
    whys: { ie: '→ region 3 of the config' },
  },
];

describe('explain', () => {
  it.each(cases)('tells $title', ({ name, type = 'A', client = london, health, serving, whys: expected }) => {
    const explanation = explained.explain(`${name}.example.com`, type, client, health);
    expect(explanation.policy?.serving).toBe(serving);
    expect(whys(explanation)).toMatchObject(expected);
  });

  it('tells who was not drawn', () => {
    const told = whys(explained.explain('weighted.example.com', 'A', london));
    const drawn = Object.entries(told).filter(([, why]) => why === '→ drawn by weight');
    expect(drawn.length).toBe(1);
    expect(told['spare']).toBe('weight 0');
    const others = ['va', 'ie', 'de'].filter((name) => name !== drawn[0]![0]);
    for (const name of others) expect(told[name]).toBe('not drawn this time');
  });

  it('tells place, distances and for whom the answer holds', () => {
    const explanation = explained.explain('app.example.com', 'A', london);
    expect(explanation).toMatchObject({
      question: { name: 'app.example.com.', type: 'A', client: london },
      answer: {
        rcode: 'NOERROR',
        records: ['app.example.com. 20 A 192.0.2.2'],
        scope: 20,
        scopePrefix: '81.2.64.0/20',
      },
      policy: { name: 'nearest', type: 'nearest', ttlSeconds: 20 },
      place: { database: 'geo4.mmdb', city: 'London' },
      placeFault: undefined,
      regions: [
        { name: 'eu-west', title: 'Ireland', distanceKm: 463 },
        { name: 'eu-central', title: 'Frankfurt', distanceKm: 638 },
      ],
    });
  });

  it.each([
    ['a static name', 'note.example.com', 'TXT', 'NOERROR'],
    ['another type of a steered name', 'app.example.com', 'MX', 'NOERROR'],
    ['a name that is not there', 'nobody.example.com', 'A', 'NXDOMAIN'],
    ['a name of somebody else', 'example.net', 'A', 'REFUSED'],
  ])('of %s tells no policy and no region', (_, name, type, rcode) => {
    const explanation = explained.explain(name, type, london);
    expect(explanation).toMatchObject({ answer: { rcode, scope: 0 }, policy: undefined, regions: [] });
  });

  it('follows an alias', () => {
    const { answer, policy } = explained.explain('www.example.com', 'A', london);
    expect(answer.records).toEqual([
      'www.example.com. 3600 CNAME app.example.com.',
      'app.example.com. 20 A 192.0.2.2',
    ]);
    expect(policy?.name).toBe('nearest');
  });

  it('places a client behind NAT64 as its IPv4 address', () => {
    const { place, answer } = explained.explain('app.example.com', 'A', '64:ff9b::81.2.69.142');
    expect(place?.city).toBe('London');
    expect(answer.records).toEqual(['app.example.com. 20 A 192.0.2.2']);
    expect(answer.scope).toBe(116);
  });

  it('goes on when a geo file was replaced: the answer stands, the place cannot be told', () => {
    explained.site.write('geo4.mmdb', geoFile(4).slice(0, 200));
    const explanation = explained.explain('app.example.com', 'A', london);
    explained.site.write('geo4.mmdb', geoFile(4));
    expect(explanation.answer.records).toEqual(['app.example.com. 20 A 192.0.2.2']);
    expect(explanation.place).toBeUndefined();
    expect(explanation.placeFault).toContain('geo4.mmdb');
    expect(whys(explanation)).toMatchObject({ ie: '→ nearest region' });
  });
});
