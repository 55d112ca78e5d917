import { describe, expect, it } from 'vitest';
import type { AllDown, FailoverPolicy } from '../../src/config/policy-model.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { named, nested, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { type Answer, SteeringWorld } from './world.ts';

const FAILOVER = 0;
const AROUND = 1;
const between = { tier: undefined, serving: Serving.BETWEEN_WRITERS, ttlSeconds: 20 };
const owner = (tier: number, ttlSeconds = 20) => ({ tier, serving: Serving.PLAIN, ttlSeconds });

/** y0: regions 0 and 1 of pool 0 in this order. y1: y0, and pool 1 behind it. */
function worldOf(situation: Situation, own: Partial<FailoverPolicy> = {}): SteeringWorld {
  const tiers = [0, 1].map((endpoint) => ({ pool: 0, endpoints: [endpoint] }));
  const policies = named(
    policy({ type: 'failover', tiers, ...own }),
    policy({ type: 'failover', tiers: [nested(FAILOVER), pool(1)] }),
  );
  const pools = [
    [0, 1].map((region) => ({ region, family: 4, weight: 1 }) as const),
    [{ region: 1, family: 4, weight: 1 } as const],
  ];
  return new SteeringWorld({ regions: 2, pools, policies, views: [], owners: [] }, situation);
}

const given = ({ given: all }: Answer) => all.map((one) => `${one.pool}/${one.endpoint}`);

describe('a failover that is held', () => {
  it('gives the tier that it is held to, though one before it is up', () => {
    const world = worldOf(new Situation().hold(FAILOVER, owner(1)));
    expect(given(world.ask({ policy: FAILOVER }))).toEqual(['0/1']);
    expect(given(world.ask({ policy: AROUND }))).toEqual(['0/1']);
  });

  it('gives nothing between two owners, says why, and lets nobody around it give something else', () => {
    const world = worldOf(new Situation().hold(FAILOVER, between));
    for (const index of [FAILOVER, AROUND]) {
      const answer = world.ask({ policy: index });
      expect(answer).toMatchObject({ given: [], serving: Serving.BETWEEN_WRITERS, rcode: 0 });
      expect(answer.ttlSeconds).toBeLessThanOrEqual(5);
    }
  });

  it('tells no longer TTL than it may', () => {
    const world = worldOf(new Situation().hold(FAILOVER, owner(0, 5)));
    expect(world.ask({ policy: FAILOVER }).ttlSeconds).toBe(5);
    expect(world.ask({ policy: AROUND }).ttlSeconds).toBe(5);
  });

  it.each<[AllDown, string[], number]>([
    ['serve-all', ['0/0'], Serving.ALL],
    ['last-known-good', ['0/0'], Serving.ALL],
    ['nodata', [], Serving.NODATA],
    ['servfail', [], Serving.SERVFAIL],
  ])(
    'does %s with its owner alone when that is down, although another is up',
    (allDown, expected, serving) => {
      const world = worldOf(new Situation().hold(FAILOVER, owner(0)).setState(0, 0, 'down'), { allDown });
      const answer = world.ask({ policy: FAILOVER });
      expect(given(answer)).toEqual(expected);
      expect(answer.serving).toBe(serving);
    },
  );

  it('asks its fallback first where it has one', () => {
    const situation = new Situation().hold(FAILOVER, { ...between, serving: Serving.BEHIND });
    expect(given(worldOf(situation, { fallback: pool(1) }).ask({ policy: FAILOVER }))).toEqual(['1/0']);
  });
});
