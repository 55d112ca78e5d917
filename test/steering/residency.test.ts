import { describe, expect, it } from 'vitest';
import type { Permitted, Policy, Residency } from '../../src/config/policy-model.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { named, nested, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { viewOf } from './view.ts';
import { SteeringWorld } from './world.ts';

/** Everybody is nearest to region 0, then 1, then 2. */
const ranking = viewOf([], 0, [[0, 1, 2]]);
/** 5.0.0.0/8 is entry 0, 6.0.0.0/8 entry 1, the rest of the world no entry. */
const match = viewOf(
  [5, 6].map((first, i) => ({ family: 4, words: [first << 24], length: 8, number: 2 + i })),
  1,
  [],
);
const inside = { subnet: '5.1.2.0/24' };
const outside = { subnet: '9.1.2.0/24' };

/** Clients inside are served by these regions alone, others by any. */
function residency(regions: readonly number[], sorry: readonly string[] = []): Residency {
  const permitted: Permitted[] = ['any', 'any', regions, 'any'];
  return { permitted, view: 1, sorry: sorry.map((text) => parseAddress(text)!) };
}

function worldOf(situation: Situation, ...policies: readonly Policy[]): SteeringWorld {
  const specs = [0, 1, 2].map((region) => ({ region, family: 4, weight: 1 }) as const);
  const pools = [specs, [specs[0]!]];
  const scene = { regions: 3, pools, policies: named(...policies), views: [ranking, match], owners: [] };
  return new SteeringWorld(scene, situation);
}

const nearest = (own: Partial<Policy> & { answers?: number } = {}, from = pool(0)) =>
  policy({ type: 'nearest', from, view: 0, spread: 'fill', ...own } as Parameters<typeof policy>[0]);
const regionsOf = (world: SteeringWorld, index: number, client: { subnet: string }) =>
  world.ask({ policy: index, ...client }).given.map(({ region }) => region);

describe('residency', () => {
  it('serves clients from their regions, others from anywhere', () => {
    const world = worldOf(new Situation(), nearest({ residency: residency([1, 2]), answers: 3 }));
    expect(regionsOf(world, 0, inside)).toEqual([1, 2]);
    expect(regionsOf(world, 0, outside)).toEqual([0, 1, 2]);
    expect(world.refusals(0)).toBe(0);
  });

  it('refuses where no such region can serve, and counts that', () => {
    const situation = new Situation().setState(0, 1, 'down');
    const world = worldOf(situation, nearest({ residency: residency([1]), fallback: pool(1) }));
    expect(world.ask({ policy: 0, ...inside })).toMatchObject({ given: [], serving: Serving.RESIDENCY });
    expect(world.refusals(0)).toBe(1);
    expect(regionsOf(world, 0, outside)).toEqual([0]);
    expect([world.refusals(0), world.counter(0, 0)]).toEqual([1, 1]);
  });

  it('gives the sorry addresses of the family, and counts that as refused', () => {
    const situation = new Situation().setState(0, 1, 'down');
    const sorry = residency([1], ['192.0.2.250', '2001:db8::250']);
    const world = worldOf(situation, nearest({ residency: sorry }));
    const said = world.ask({ policy: 0, ...inside });
    expect(said).toMatchObject({ given: [{ pool: -1, region: -1 }], serving: Serving.RESIDENCY });
    expect(said.ttlSeconds).toBe(5);
    expect(world.refusals(0)).toBe(1);
  });

  it('is the last word for the policies around it', () => {
    const situation = new Situation().setState(0, 1, 'down');
    const outer = policy({ type: 'failover', tiers: [nested(0), pool(1)], fallback: pool(1) });
    const world = worldOf(situation, nearest({ residency: residency([1]) }), outer);
    expect(world.ask({ policy: 1, ...inside })).toMatchObject({ given: [], serving: Serving.RESIDENCY });
    expect(regionsOf(world, 1, outside)).toEqual([0]);
    expect(world.refusals(1)).toBe(1);
  });

  // The region that is nearest to the client may not serve him, and the policy inside has others that may.
  it('does not refuse under a policy that goes by regions while another region may serve', () => {
    const world = worldOf(
      new Situation(),
      nearest({ residency: residency([2]) }),
      nearest({ answers: 2 }, nested(0)),
    );
    expect(regionsOf(world, 1, inside)).toEqual([2]);
    expect(regionsOf(world, 1, outside)).toEqual([0, 1]);
    expect(world.refusals(1)).toBe(0);
  });

  it('refuses under a policy that goes by regions when none of its regions can', () => {
    const situation = new Situation().setState(0, 2, 'down');
    const inner = nearest({ residency: residency([2]) });
    const around = policy({ type: 'failover', tiers: [nested(0), pool(0)] });
    const world = worldOf(situation, inner, around, nearest({}, nested(1)));
    for (const outer of [1, 2]) {
      expect(world.ask({ policy: outer, ...inside })).toMatchObject({
        given: [],
        serving: Serving.RESIDENCY,
      });
      expect(world.refusals(outer)).toBe(1);
    }
  });

  it('serves, or refuses, each client for himself under a policy that goes by regions', () => {
    // Nothing stands for the second entry, so that what is inside may give nothing.
    const geo = policy({
      ...{ type: 'geo', view: 1, branches: [pool(0), pool(0), pool(0), undefined], answers: 2 },
      residency: { permitted: ['any', 'any', [2], [1]], view: 1, sorry: [] },
    });
    const world = worldOf(new Situation(), geo, nearest({ answers: 3 }, nested(0)));
    expect(regionsOf(world, 1, inside)).toEqual([2]);
    expect(world.ask({ policy: 1, subnet: '6.1.2.0/24' })).toMatchObject({
      given: [],
      serving: Serving.RESIDENCY,
    });
  });

  it('does not mix sorry addresses among others', () => {
    const situation = new Situation().setState(0, 2, 'down');
    const inner = nearest({ residency: residency([2], ['192.0.2.250']) });
    // Pool 1 is in region 0 alone: in the others the next tier refuses.
    const around = policy({ type: 'failover', tiers: [pool(1), nested(0)] });
    const world = worldOf(situation, inner, around, nearest({ answers: 3 }, nested(1)));
    expect(world.ask({ policy: 2, ...inside }).given).toEqual([{ pool: 1, endpoint: 0, region: 0 }]);
    expect(world.refusals(2)).toBe(0);
  });
});
