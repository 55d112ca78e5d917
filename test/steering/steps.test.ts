import { expect, it } from 'vitest';
import type { Policy } from '../../src/config/policy-model.ts';
import { Rcode } from '../../src/dns/constants.ts';
import { named, nested, policy, pool } from './policies.ts';
import { viewOf } from './view.ts';
import { SteeringWorld } from './world.ts';

/** A geo that leads nobody anywhere but network 5/8, under failovers of `width` on `levels` levels. */
function ladder(width: number, levels: number): Policy[] {
  const geo = policy({ type: 'geo', view: 0, branches: [undefined, pool(0)] });
  const list = [geo];
  for (let level = 0; level < levels; level++) {
    const first = list.length - (level === 0 ? 1 : width);
    const below = Array.from({ length: level === 0 ? 1 : width }, (_, i) => nested(first + i));
    for (let i = 0; i < width; i++) list.push(policy({ type: 'failover', tiers: below }));
  }
  return named(...list);
}

function worldOf(policies: Policy[]): SteeringWorld {
  const endpoints = [{ region: 0, family: 4, weight: 1 }] as const;
  const views = [viewOf([{ family: 4, words: [5 << 24], length: 8, number: 1 }], 0, [])];
  return new SteeringWorld({ regions: 1, pools: [endpoints], policies, views, owners: [] });
}

it('a decision ends with SERVFAIL when it has taken its steps', () => {
  const policies = ladder(8, 7);
  const world = worldOf(policies);
  const root = policies.length - 1;
  const lost = world.ask({ policy: root, source: '9.9.9.9' });
  expect([lost.given, lost.rcode]).toEqual([[], Rcode.SERVFAIL]);
  expect(world.context.asker.stepsLeft).toBeLessThan(0);
  expect(world.ask({ policy: root, source: '5.1.1.1' }).given).toHaveLength(1);
});

it('a decision that tries all of a wide policy has steps to spare', () => {
  const policies = ladder(4, 3);
  const world = worldOf(policies);
  expect(world.ask({ policy: policies.length - 1, source: '9.9.9.9' }).rcode).toBe(Rcode.NOERROR);
  expect(world.context.asker.stepsLeft).toBeGreaterThan(0);
});
