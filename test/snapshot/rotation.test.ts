import { describe, expect, it } from 'vitest';
import { poolsUnder } from '../../src/config/policy-uses.ts';
import { readMessage } from '../../src/dns/reader.ts';
import { Transport } from '../../src/query/source.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { DOUBT_TTL_SECONDS } from '../../src/snapshot/compile/tree/ttl.ts';
import { EntryField, ROTATION_MAGIC, RotationHeader } from '../../src/snapshot/rotation.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { sourceOf } from '../query/world.ts';
import { named, policy, pool } from '../steering/policies.ts';
import { Situation } from '../steering/situation.ts';
import { viewOf } from '../steering/view.ts';
import { addressOf, questionPacket, SteeringWorld } from '../steering/world.ts';

const ttl = (seconds: number) => ({ minSeconds: seconds, maxSeconds: seconds });
const endpoints = ['us-1', 'us-2', 'eu-1', 'eu-6'];
const policies = named(
  policy({ type: 'nearest', from: pool(0), view: 0, spread: 'fill', answers: 2 }),
  policy({
    ...{ type: 'weighted', by: { kind: 'region', from: pool(0), view: 0 } },
    ...{ ttl: ttl(300), allDown: 'nodata' },
  }),
  policy({
    ...{ type: 'weighted', by: { kind: 'pool', from: pool(0) } },
    ...{ ttl: ttl(3), allDown: 'last-known-good' },
  }),
  policy({
    type: 'failover',
    tiers: [
      { pool: 0, endpoints: [2] },
      { pool: 0, endpoints: [1] },
    ],
  }),
);
const [nearest, region, world, order] = [0, 1, 2, 3];

/** Regions 0, 1 and 2; health by endpoint, `up` unless told. Clients are nearest to `ranking[0]`. */
function build(
  states: Record<string, EndpointState> = {},
  good: readonly string[] = [],
  ranking = [0, 1, 2],
): SteeringWorld {
  const situation = new Situation();
  for (const [name, state] of Object.entries(states)) situation.setState(0, endpoints.indexOf(name), state);
  for (const name of good) situation.setGood(0, endpoints.indexOf(name));
  const specs = [
    { region: 0, family: 4, weight: 3 },
    { region: 0, family: 4, weight: 1 },
    { region: 1, family: 4, weight: 0 },
    { region: 1, family: 6, weight: 1 },
  ] as const;
  const views = [viewOf([], 0, [ranking])];
  return new SteeringWorld({ regions: 3, pools: [specs], policies, views, owners: [] }, situation);
}

const allDown = { 'us-1': 'down', 'us-2': 'down', 'eu-1': 'down', 'eu-6': 'down' } as const;

/** All that a policy answers, as `name ttl`, and why. */
function served(world: SteeringWorld, policy: number, family: 4 | 6 = 4) {
  const found = new Set<string>();
  const servings = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const { given, ttlSeconds, serving } = world.ask({ policy, family, atSeconds: 300 * i });
    servings.add(serving);
    for (const { endpoint } of given) found.add(`${endpoints[endpoint]} ${ttlSeconds}`);
  }
  return { serving: [...servings], found: [...found].sort() };
}

describe('rotation', () => {
  it('has a header that describes it, and entries in the order of the config', () => {
    const { rotation } = build().context;
    expect(rotation.words[RotationHeader.MAGIC]).toBe(ROTATION_MAGIC);
    expect(rotation.words[RotationHeader.ENTRIES]).toBe(4);
    expect(rotation.regionCount).toBe(3);
    const fields = (field: number) => [0, 1, 2, 3].map((i) => rotation.words[rotation.entry(i) + field]);
    expect(fields(EntryField.POLICY)).toEqual([0, 1, 2, 3]);
    expect(fields(EntryField.ANSWERS)).toEqual([2, 1, 1, 1]);
  });

  it('names a counter for each region that the policy may serve, and one for refusals', () => {
    const { rotation } = build().context;
    const row = rotation.words[rotation.entry(region) + EntryField.COUNTERS]!;
    expect([...rotation.words.subarray(row, row + 4)]).toEqual([4, 5, 0, 7]);
    expect(poolsUnder(build().config.policies, region)).toEqual([0]);
  });

  it.each([4, 6] as const)('holds the addresses of its endpoints, family %i', (family) => {
    const world = build({}, [], family === 4 ? [0, 1, 2] : [1, 0, 2]);
    const source = sourceOf('9.9.9.9', Transport.UDP);
    const out = new Uint8Array(4096);
    const { given } = world.answer(questionPacket({ policy: nearest, family }), source);
    const query = questionPacket({ policy: nearest, family });
    const size = world.send(query, source, out);
    const message = readMessage(out.slice(0, size))!;
    expect(given.length).toBeGreaterThan(0);
    expect(message.answer.map(({ rdata }) => [...rdata])).toEqual(
      given.map(({ pool, endpoint }) => [...addressOf(pool, endpoint, family).bytes]),
    );
  });

  it.each<[string, number, 4 | 6, number[], string[]]>([
    ['nearest', nearest, 4, [0, 1, 2], ['us-1 20', 'us-2 20']],
    // Weight 0 drains an endpoint under every policy.
    ['nearest', nearest, 6, [1, 0, 2], ['eu-6 20']],
    ['region', region, 4, [0, 1, 2], ['us-1 300', 'us-2 300']],
    ['region', region, 4, [2, 0, 1], ['us-1 300', 'us-2 300']],
    ['order', order, 4, [0, 1, 2], ['us-2 20']],
  ])('serves by %s (%i), family %i, near %j what is up', (_, policy, family, ranking, expected) => {
    expect(served(build({}, [], ranking), policy, family)).toEqual({
      serving: [Serving.HEALTHY],
      found: expected,
    });
  });

  it.each<[string, number, 4 | 6, number[]]>([
    ['nearest', nearest, 4, [1, 2, 0]],
    ['nearest', nearest, 6, [0, 1, 2]],
    ['region', region, 4, [1, 0, 2]],
  ])(
    'does not send by %s (%i) one family, %i, elsewhere than the other, near %j',
    (_, policy, family, ranking) => {
      expect(served(build({}, [], ranking), policy, family)).toEqual({
        serving: [Serving.OTHER_FAMILY],
        found: [],
      });
    },
  );

  it('draws one region for both families', () => {
    const both = build();
    for (let i = 0; i < 50; i++) {
      const ask = (family: 4 | 6) => both.ask({ policy: world, family, atSeconds: 3 * i }).given.length;
      expect(ask(4) + ask(6)).toBe(1);
    }
    expect(served(both, world, 4).found).toEqual(['us-1 3', 'us-2 3']);
    expect(served(both, world, 6).found).toEqual(['eu-6 3']);
  });

  it('serves those that are up alone, then degraded, then unknown ones', () => {
    const some = build({ 'us-1': 'unknown', 'us-2': 'up', 'eu-1': 'down', 'eu-6': 'down' });
    expect(served(some, nearest).found).toEqual([`us-2 ${DOUBT_TTL_SECONDS}`]);
    const poor = build({ 'us-1': 'degraded', 'us-2': 'down', 'eu-1': 'down', 'eu-6': 'down' });
    expect(served(poor, nearest)).toEqual({ serving: [Serving.DEGRADED], found: ['us-1 20'] });
    const none = build({ 'us-1': 'unknown', 'us-2': 'down', 'eu-1': 'unknown', 'eu-6': 'down' });
    expect(served(none, nearest)).toEqual({
      serving: [Serving.UNKNOWN],
      found: [`us-1 ${DOUBT_TTL_SECONDS}`],
    });
    // A TTL that is shorter stays.
    expect(served(none, world).found).toEqual(['us-1 3']);
  });

  it.each<[string, number, 4 | 6, number | number[], string[]]>([
    ['nearest', nearest, 4, Serving.ALL, ['us-1 20', 'us-2 20']],
    ['region', region, 4, Serving.NODATA, []],
    ['region', region, 6, Serving.NODATA, []],
    ['world', world, 4, Serving.LAST_GOOD, ['us-2 3']],
    // None of this family was among them: all serve, and the draw may fall on a region of the other family.
    ['world', world, 6, [Serving.ALL, Serving.OTHER_FAMILY], ['eu-6 3']],
    // The drained one stands behind, though the order has it first.
    ['order', order, 4, Serving.ALL, ['us-2 20']],
    ['order', order, 6, Serving.NONE, []],
  ])('serves by %s (%i), family %i, when all are down', (_, policy, family, serving, expected) => {
    const { found, serving: why } = served(build(allDown, ['us-2']), policy, family);
    expect(found).toEqual(expected);
    expect(why).toEqual([serving].flat());
  });

  it('lets each family alone where the other has nothing that is usable', () => {
    const six = build({ ...allDown, 'eu-6': 'up' });
    expect(served(six, region, 4).serving).toEqual([Serving.NODATA]);
    expect(served(six, region, 6)).toEqual({ serving: [Serving.HEALTHY], found: ['eu-6 300'] });
  });

  it.each([
    ['nearest', nearest],
    ['region', region],
    ['world', world],
    ['order', order],
  ])('serves weight 0 by %s (%i) when no other is up', (_, policy) => {
    const { found } = served(build({ 'us-1': 'down', 'us-2': 'down', 'eu-6': 'down' }), policy);
    expect(found.map((line) => line.split(' ')[0])).toEqual(['eu-1']);
  });

  // An endpoint outside of the order is not the policy's: that it is up must not hide that all others are down.
  it('asks by failover for the endpoints of its order alone', () => {
    const out = build({ 'eu-1': 'down', 'us-2': 'down', 'us-1': 'up' });
    expect(served(out, order)).toEqual({ serving: [Serving.ALL], found: ['us-2 20'] });
  });
});
