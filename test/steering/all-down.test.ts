import { describe, expect, it } from 'vitest';
import type { AllDown, Policy } from '../../src/config/policy-model.ts';
import { Rcode } from '../../src/dns/constants.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { named, nested, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { viewOf } from './view.ts';
import { SteeringWorld } from './world.ts';

const ranking = viewOf([], 0, [[0, 1]]);
/** 5.0.0.0/8 is entry 0, the rest of the world no entry. */
const match = viewOf([{ family: 4, words: [0x05000000], length: 8, number: 2 }], 1, []);
const east = { region: 0, family: 4, weight: 1 } as const;
const west = { region: 1, family: 4, weight: 1 } as const;

/** Pool 0 is what policies choose from, pool 1 the fallback. */
function worldOf(situation: Situation, ...policies: readonly Policy[]): SteeringWorld {
  const pools = [[east, west], [west]];
  const scene = { regions: 2, pools, policies: named(...policies), views: [ranking, match], owners: [] };
  return new SteeringWorld(scene, situation);
}

const poolDown = () => new Situation().setState(0, 0, 'down').setState(0, 1, 'down').setGood(0, 1);

/** One of each type, all over pool 0. */
const types: Record<string, Policy> = {
  nearest: policy({ type: 'nearest', from: pool(0), view: 0, spread: 'fill' }),
  latency: policy({ type: 'latency', from: pool(0), view: 0, spread: 'one-region' }),
  geo: policy({ type: 'geo', view: 1, branches: [pool(0), pool(0), pool(0)] }),
  'failover over tiers': policy({ type: 'failover', tiers: [{ pool: 0, endpoints: [0, 1] }] }),
  'failover over pools': policy({ type: 'failover', tiers: [pool(0)] }),
  'weighted pool': policy({ type: 'weighted', by: { kind: 'pool', from: pool(0) } }),
  'weighted region': policy({ type: 'weighted', by: { kind: 'region', from: pool(0), view: 0 } }),
  'weighted shares': policy({
    type: 'weighted',
    by: { kind: 'shares', shares: [{ use: pool(0), weight: 1 }] },
  }),
  'hash regions': policy({ type: 'hash', among: { kind: 'regions', from: pool(0) }, on: 'client' }),
  'hash list': policy({ type: 'hash', among: { kind: 'list', list: [pool(0)] }, on: 'label' }),
  'multi shuffled': policy({ type: 'multi', from: pool(0), order: 'shuffled' }),
  'multi ordered': policy({ type: 'multi', from: pool(0), order: 'ordered' }),
  schedule: policy({ type: 'schedule', windows: [], otherwise: pool(0) }),
  split: policy({
    type: 'split',
    rules: [{ clients: { view: 1 }, family: undefined, when: undefined, use: pool(0) }],
    otherwise: pool(0),
  }),
};

describe.each(Object.entries(types))('%s, when all are down', (_, plain) => {
  const answer = (change: Partial<Policy>, situation = poolDown()) =>
    worldOf(situation, { ...plain, ...change } as Policy).ask({ policy: 0 });

  it.each<[AllDown, number, readonly number[], number]>([
    ['serve-all', Serving.ALL, [0, 1], Rcode.NOERROR],
    ['last-known-good', Serving.LAST_GOOD, [1], Rcode.NOERROR],
    ['nodata', Serving.NODATA, [], Rcode.NOERROR],
    ['servfail', Serving.SERVFAIL, [], Rcode.SERVFAIL],
  ])('does what %s says', (allDown, serving, among, rcode) => {
    const said = answer({ allDown, answers: 1 });
    expect(said).toMatchObject({ serving, rcode, ttlSeconds: 20 });
    expect(said.given).toHaveLength(among.length === 0 ? 0 : 1);
    for (const { pool, endpoint } of said.given) expect(pool === 0 && among.includes(endpoint)).toBe(true);
  });

  it.each<AllDown>(['serve-all', 'last-known-good'])('keeps drained ones out of %s', (allDown) => {
    const all = poolDown().setGood(0, 0).drain(0, 0);
    for (let atSeconds = 0; atSeconds < 800; atSeconds += 20) {
      const said = worldOf(all, { ...plain, allDown } as Policy).ask({ policy: 0, atSeconds });
      expect(said.given.map(({ endpoint }) => endpoint)).toEqual([1]);
    }
    expect(answer({ allDown }, all.drain(0, 1)).given).toHaveLength(1);
  });

  it('serves all when nobody was good last', () => {
    const forgotten = new Situation().setState(0, 0, 'down').setState(0, 1, 'down');
    expect(answer({ allDown: 'last-known-good' }, forgotten).serving).toBe(Serving.ALL);
  });

  it('goes on with the fallback first, for no longer than its own TTL', () => {
    const said = answer({ allDown: 'servfail', fallback: pool(1) });
    expect(said.given).toEqual([{ pool: 1, endpoint: 0, region: 1 }]);
    expect(said.ttlSeconds).toBe(20);
  });

  it('does what its rule says when the fallback is down too', () => {
    const said = answer({ allDown: 'servfail', fallback: pool(1) }, poolDown().setState(1, 0, 'down'));
    expect(said).toMatchObject({ given: [], serving: Serving.SERVFAIL, ttlSeconds: 20 });
  });

  it('leaves the fallback alone while anything is usable', () => {
    const situation = poolDown().setState(0, 1, 'unknown');
    expect(answer({ fallback: pool(1) }, situation).given).toEqual([{ pool: 0, endpoint: 1, region: 1 }]);
  });
});

describe('a policy that hands on', () => {
  const inner = policy({ type: 'nearest', from: pool(0), view: 0, spread: 'fill', allDown: 'nodata' });

  it.each<[string, (number | undefined)[]]>([
    ['every client', [0, 0, 0]],
    ['some clients', [undefined, undefined, 0]],
  ])('leaves the rule to what it chose, when it leads %s anywhere', (_, branches) => {
    const geo = policy({
      ...{ type: 'geo', view: 1, fallback: pool(1), allDown: 'serve-all' },
      branches: branches.map((each) => (each === undefined ? undefined : nested(each))),
    });
    const world = worldOf(poolDown(), inner, geo);
    expect(world.ask({ policy: 1, subnet: '5.1.2.0/24' })).toMatchObject({
      given: [],
      serving: Serving.NODATA,
    });
  });

  it('gives its fallback to clients whom it leads nowhere', () => {
    const geo = policy({
      type: 'geo',
      view: 1,
      branches: [undefined, undefined, nested(0)],
      fallback: pool(1),
    });
    const world = worldOf(new Situation(), inner, geo);
    expect(world.ask({ policy: 1, subnet: '9.1.2.0/24' })).toMatchObject({
      given: [{ pool: 1, endpoint: 0 }],
      ttlSeconds: 20,
    });
  });

  it('gives its fallback for as long as it says when it leads nobody anywhere', () => {
    const geo = policy({ type: 'geo', view: 1, branches: [undefined, undefined], fallback: pool(1) });
    expect(worldOf(new Situation(), inner, geo).ask({ policy: 1 }).ttlSeconds).toBe(20);
  });
});
