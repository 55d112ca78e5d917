import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const zone = '$TTL 3600\n@ SOA a a 1 1 1 1 3600\n@ NS a\na A 192.0.2.99\n';

function worldOf(endpoints: readonly string[], steer: string, policy: string): World {
  const config = `
regions: { us: { location: [39, -77] } }
pools: { app: { endpoints: [ ${endpoints.join()} ] } }
policies: { app: { pool: app, ${policy} } }
zones: [{ name: example.com, file: example.com, steer: { app: ${steer} } }]
`;
  return new World({ config, zones: { 'example.com': zone } });
}

describe('HTTPS of addresses of one family', () => {
  const endpoints = Array.from(
    { length: 8 },
    (_, i) => `{ name: e${i}, region: us, address: "2001:db8::${i + 1}" }`,
  );
  const made = () =>
    worldOf(endpoints, '{ policy: app, https: { alpn: [h2] } }', 'type: weighted, within: pool, ttl: 20s');

  it('has the hints that AAAA would give now', () => {
    const world = made();
    const drawn = new Set<string>();
    for (let nowSeconds = 1_000; nowSeconds < 2_000; nowSeconds += 50) {
      world.context.nowSeconds = nowSeconds;
      const address = Buffer.from(world.ask('app.example.com', 'AAAA').answer[0]!.rdata);
      const hint = Buffer.from(world.ask('app.example.com', 'HTTPS').answer[0]!.rdata.slice(-16));
      expect(hint).toEqual(address);
      drawn.add(hint.toString('hex'));
    }
    expect(drawn.size).toBeGreaterThan(3);
  });

  it('is counted for the region of the first hint', () => {
    const world = made();
    const sum = () => world.context.counters.reduce((all, one) => all + one, 0);
    const moved = (type: string) => {
      const before = sum();
      world.ask('app.example.com', type);
      return sum() - before;
    };
    expect(moved('HTTPS')).toBe(moved('AAAA'));
  });
});

describe('ANY at a steered alias', () => {
  it('is answered with the alias alone', () => {
    const world = worldOf(
      ['{ name: e, region: us, host: a.example.com }'],
      '{ policy: app, hosts: cname }',
      'type: nearest',
    );
    const types = (type: string) => world.ask('app.example.com', type).answer.map((record) => record.type);
    expect(types('ANY')).toEqual([5]);
    expect(types('A')).toEqual([5, 1]);
  });
});
