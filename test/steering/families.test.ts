import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/config/policy-model.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { named, nested, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { viewOf } from './view.ts';
import { SteeringWorld } from './world.ts';

/** Pool 0: both families in region 0. Pool 1: both in region 1. */
const pools = [0, 1].map((region) => ([4, 6] as const).map((family) => ({ region, family, weight: 1 })));
/** IPv6 of pool 0 is down. */
const halfDown = () => new Situation().setState(0, 1, 'down');
/** Clients in 5.0.0.0/8 are entry 0. */
const match = viewOf([{ family: 4, words: [0x05000000], length: 8, number: 2 }], 1, []);
const client = { subnet: '5.1.2.0/24' };

function worldOf(...policies: readonly Policy[]): SteeringWorld {
  const views = [viewOf([], 0, [[0, 1]]), match];
  return new SteeringWorld(
    { regions: 2, pools, policies: named(...policies), views, owners: [] },
    halfDown(),
  );
}

const geo = policy({ type: 'geo', view: 1, branches: [undefined, pool(1), pool(0)] });
const split = policy({
  type: 'split',
  rules: [{ clients: { view: 1 }, family: undefined, when: undefined, use: pool(0) }],
  otherwise: pool(1),
});
const resident = policy({
  ...{ type: 'nearest', from: pool(0), view: 0, spread: 'fill' },
  residency: { permitted: [[1], [1], 'any'], view: 1, sorry: [] },
});

describe('families that stay together', () => {
  it.each([
    ['a pool', pool(0), geo],
    ['geo', nested(0), geo],
    ['split', nested(0), split],
    ['residency', nested(0), resident],
  ])('do not part where the first tier is %s that has one of them only', (_, first, inner) => {
    const world = worldOf(inner, policy({ type: 'failover', tiers: [first, pool(1)] }));
    expect(world.ask({ policy: 1, ...client, family: 4 }).given).toEqual([
      { pool: 0, endpoint: 0, region: 0 },
    ]);
    expect(world.ask({ policy: 1, ...client, family: 6 })).toMatchObject({
      given: [],
      serving: Serving.OTHER_FAMILY,
    });
  });

  it.each([
    ['geo', geo],
    ['split', split],
  ])('part under %s where they are told to', (_, inner) => {
    const outer = policy({ type: 'failover', tiers: [nested(0), pool(1)], families: 'apart' });
    const world = worldOf({ ...inner, families: 'apart' }, outer);
    expect(world.ask({ policy: 1, ...client, family: 6 }).given).toEqual([
      { pool: 1, endpoint: 1, region: 1 },
    ]);
  });
});
