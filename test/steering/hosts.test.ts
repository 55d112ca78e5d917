import { describe, expect, it } from 'vitest';
import type { AllDown, Policy } from '../../src/config/policy-model.ts';
import { Rcode, RrType } from '../../src/dns/constants.ts';
import { Transport } from '../../src/query/source.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { sourceOf } from '../query/world.ts';
import { named, policy, pool } from './policies.ts';
import { Situation } from './situation.ts';
import { viewOf } from './view.ts';
import { questionPacket, SteeringWorld } from './world.ts';

const host = { region: 0, family: 4, weight: 1, host: 'one.hosts.test.' } as const;
const fixed = { region: 1, family: 4, weight: 1 } as const;
const nearest = policy({ type: 'nearest', from: pool(0), view: 0, spread: 'fill' });
const ttl = { minSeconds: 3, maxSeconds: 60 };

/** Pool 0 is hosts, or what is told; pool 1 has an address. */
function worldOf(change: Partial<Policy>, situation = new Situation(), first: readonly object[] = [host]) {
  const policies = named({ ...nearest, ttl, ...change } as Policy);
  const pools = [first as (typeof host)[], [fixed]];
  return new SteeringWorld(
    { regions: 2, pools, policies, views: [viewOf([], 0, [[0, 1]])], owners: [] },
    situation,
  );
}

describe('a flattened host without a known address', () => {
  it.each<[AllDown, number, number]>([
    ['serve-all', Serving.UNRESOLVED, Rcode.NOERROR],
    ['last-known-good', Serving.UNRESOLVED, Rcode.NOERROR],
    ['nodata', Serving.UNRESOLVED, Rcode.NOERROR],
    ['servfail', Serving.SERVFAIL, Rcode.SERVFAIL],
  ])('is not usable: %s, for the least TTL of the policy', (allDown, serving, rcode) => {
    for (const family of [4, 6] as const)
      expect(worldOf({ allDown }).ask({ policy: 0, family })).toMatchObject({
        ...{ given: [], serving, rcode, ttlSeconds: 3, scope: 0 },
      });
  });

  it('gives way to the fallback', () => {
    const said = worldOf({ fallback: pool(1), allDown: 'servfail' }).ask({ policy: 0 });
    expect(said).toMatchObject({ given: [{ pool: 1, endpoint: 0 }], ttlSeconds: 3 });
  });

  it('gives way to the others of its pool', () => {
    const said = worldOf({}, new Situation(), [host, fixed]).ask({ policy: 0 });
    expect(said).toMatchObject({ given: [{ pool: 0, endpoint: 1 }], serving: Serving.HEALTHY });
  });

  it('does not turn an address that is down into an answer without it', () => {
    const situation = new Situation().setState(0, 1, 'down');
    const said = worldOf({}, situation, [host, fixed]).ask({ policy: 0 });
    expect(said).toMatchObject({ given: [{ pool: 0, endpoint: 1 }], serving: Serving.ALL });
  });
});

describe('a flattened host with addresses', () => {
  it('of one family: the other one lacks, and SERVFAIL is not the answer', () => {
    const situation = new Situation().setHost(0, 0, 20, '192.0.2.1');
    const said = worldOf({ allDown: 'servfail' }, situation).ask({ policy: 0, family: 6 });
    expect(said).toMatchObject({ given: [], serving: Serving.LACKING, rcode: Rcode.NOERROR, ttlSeconds: 20 });
  });

  it.each([
    ['longer than the policy', 300, 60],
    ['between its bounds', 20, 20],
    ['below its least', 2, 2],
    ['for no time', 0, 1],
  ])('that may be told %s', (_, hostSeconds, ttlSeconds) => {
    const situation = new Situation().setHost(0, 0, hostSeconds, '192.0.2.1');
    const said = worldOf({}, situation).ask({ policy: 0 });
    expect(said).toMatchObject({ given: [{ pool: 0, endpoint: 0 }], ttlSeconds });
  });

  it('the least of all of them holds', () => {
    const situation = new Situation().setHost(0, 0, 40, '192.0.2.1').setHost(0, 1, 9, '192.0.2.2');
    expect(worldOf({}, situation, [host, host]).ask({ policy: 0 }).ttlSeconds).toBe(9);
  });
});

it('without hosts an answer that can never be says so', () => {
  expect(worldOf({}, new Situation(), [fixed]).ask({ policy: 0, family: 6 }).serving).toBe(Serving.NONE);
});

it('brings the static addresses of a host in our zone with MX', () => {
  const pools = [[{ ...host, host: 'A.example.' }]];
  const scene = { regions: 1, pools, policies: named(nearest), views: [viewOf([], 0, [[0]])], owners: [] };
  const world = new SteeringWorld({ ...scene, mx: true });
  const query = questionPacket({ policy: 0 });
  query[query.length - 3] = RrType.MX;
  const out = new Uint8Array(512);
  expect(world.send(query, sourceOf('9.9.9.9', Transport.UDP), out)).toBeGreaterThan(0);
  expect([out[7], out[9], out[11]]).toEqual([1, 0, 1]);
});

it.each([
  ['the very name that was asked for', 'HERE.y0.example.', 1],
  ['one that leads to itself', 'here.y0.example.', 2],
])('an alias to %s is told once', (_, name, answers) => {
  const pools = [[{ ...host, host: name }]];
  const scene = { regions: 1, pools, policies: named(nearest), views: [viewOf([], 0, [[0]])], owners: [] };
  const world = new SteeringWorld({ ...scene, hosts: 'cname' });
  const query = questionPacket({ policy: 0, label: answers === 1 ? 'here' : 'there' });
  const out = new Uint8Array(512);
  expect(world.send(query, sourceOf('9.9.9.9', Transport.UDP), out)).toBeGreaterThan(0);
  expect(out[7]).toBe(answers);
});
