import { describe, expect, it } from 'vitest';
import type { AllDown } from '../../src/config/policy-model.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { named, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { SteeringWorld } from './world.ts';

/** Regions for whose labels something else answers. */
const nobody = new Map<number, never>();

/** `acme` is at home in region 0, `bolt` in region 1; pool 1 is for keys that nobody knows. */
function worldOf(situation: Situation, allDown: AllDown = 'nodata'): SteeringWorld {
  const policies = named(
    policy({ type: 'home', from: pool(0), owners: 0, standing: nobody, unknown: pool(1), allDown }),
    policy({ type: 'home', from: pool(0), owners: 0, standing: nobody, unknown: undefined }),
    policy({
      type: 'home',
      from: pool(0),
      owners: 0,
      standing: nobody,
      unknown: undefined,
      fallback: pool(1),
      allDown: 'servfail',
    }),
  );
  const pools = [
    [0, 1].map((region) => ({ region, family: 4, weight: 1 }) as const),
    [{ region: 1, family: 4, weight: 1 } as const],
  ];
  const scene = { regions: 2, pools, policies, views: [], owners: [{ acme: 0, bolt: 1 }] };
  return new SteeringWorld(scene, situation);
}

const endpointOf = (world: SteeringWorld, label: string, index = 0) =>
  world.ask({ policy: index, label }).given.map(({ pool, endpoint }) => `${pool}/${endpoint}`);

describe('home', () => {
  it('gives the region that owns the label, whatever its case, and no other', () => {
    const world = worldOf(new Situation());
    expect(endpointOf(world, 'acme')).toEqual(['0/0']);
    expect(endpointOf(world, 'BOLT')).toEqual(['0/1']);
    expect(endpointOf(world, 'www.Bolt')).toEqual(['0/1']);
    expect(endpointOf(worldOf(new Situation().setState(0, 0, 'down')), 'acme')).toEqual([]);
  });

  it('gives keys that nobody owns what is there for them, or nothing', () => {
    expect(endpointOf(worldOf(new Situation()), 'zeta')).toEqual(['1/0']);
    expect(endpointOf(worldOf(new Situation()), 'zeta', 1)).toEqual([]);
  });

  it('asks no fallback for keys that nobody owns, and says NODATA', () => {
    const world = worldOf(new Situation());
    expect(world.ask({ policy: 2, label: 'zeta' })).toMatchObject({ given: [], serving: Serving.NONE });
    expect(endpointOf(worldOf(new Situation().setState(0, 0, 'down')), 'acme', 2)).toEqual(['1/0']);
  });

  // No other region can stand in for it: that others are better is no reason to send nobody there.
  it.each([
    ['degraded', (world: Situation) => world.setState(0, 0, 'degraded'), Serving.DEGRADED],
    ['unknown', (world: Situation) => world.setState(0, 0, 'unknown'), Serving.UNKNOWN],
    ['drained', (world: Situation) => world.drain(0, 0), Serving.HEALTHY],
  ])('serves from an owner that is %s while others are well', (_, change, serving) => {
    const said = worldOf(change(new Situation())).ask({ policy: 0, label: 'acme' });
    expect(said.given).toEqual([{ pool: 0, endpoint: 0, region: 0 }]);
    expect(said.serving).toBe(serving);
  });

  it('gives the labels of a region to what stands for it, in no region alone', () => {
    const tiers = [0, 1].map((endpoint) => ({ pool: 0, endpoints: [endpoint] }));
    const policies = named(
      policy({
        ...({ type: 'home', from: pool(0), owners: 0, unknown: undefined, allDown: 'nodata' } as const),
        standing: new Map([[0, { policy: 1 }]]),
      }),
      policy({ type: 'failover', tiers, allDown: 'nodata' }),
    );
    const pools = [[0, 1].map((region) => ({ region, family: 4, weight: 1 }) as const)];
    const scene = { regions: 2, pools, policies, views: [], owners: [{ acme: 0, bolt: 1 }] };
    const situation = new Situation();
    expect(endpointOf(new SteeringWorld(scene, situation), 'acme')).toEqual(['0/0']);
    situation.setState(0, 0, 'down');
    expect(endpointOf(new SteeringWorld(scene, situation), 'acme')).toEqual(['0/1']);
    situation.setState(0, 0, 'up').setState(0, 1, 'down');
    expect(endpointOf(new SteeringWorld(scene, situation), 'bolt')).toEqual([]);
  });

  it('does what is said for all down when the owner alone is', () => {
    const world = worldOf(new Situation().setState(0, 0, 'down'), 'serve-all');
    expect(endpointOf(world, 'acme')).toEqual(['0/0']);
    expect(endpointOf(world, 'bolt')).toEqual(['0/1']);
  });
});
