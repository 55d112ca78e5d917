import { describe, expect, it } from 'vitest';
import { named, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { SteeringWorld } from './world.ts';

const specs = [0, 1, 2, 3, 4, 5, 6, 7].map((region) => ({ region, family: 4, weight: 1 }) as const);
const policies = named(
  policy({ type: 'hash', among: { kind: 'regions', from: pool(0) }, on: 'client' }),
  policy({ type: 'failover', tiers: [{ pool: 0, endpoints: [0] }, pool(0)] }),
);
const world = new SteeringWorld(
  { regions: 8, pools: [specs], policies, views: [], owners: [] },
  new Situation().setShare(0, 0, 32_768),
);

/** What is asked for, and the shortest prefix around it whose addresses are all hashed alike. */
const cases: readonly [string, number][] = [
  ['5.1.2.3/32', 24],
  ['2a00:1:2:3::/64', 48],
  ['::ffff:5.1.2.3/128', 96 + 24],
  ['64:ff9b::5.1.2.3/128', 96 + 24],
  ['2002:501:203::/48', 16 + 24],
  // Beside addresses that carry IPv4 ones, in the same /48: those are hashed as what they carry.
  ['64:ff9b:0:0:1::/80', 80],
  ['64:ff9b:0:1::/64', 64],
  ['0:0:0:1::/64', 64],
  ['0:0:0:0:1::/80', 80],
];

describe.each([
  ['hash', 0],
  ['a share', 1],
])('the scope of %s', (_, index) => {
  it.each(cases)('of %s is at most as wide as /%i', (subnet, widest) => {
    const { scope } = world.ask({ policy: index, subnet });
    expect(scope).toBeGreaterThanOrEqual(widest);
  });
});
