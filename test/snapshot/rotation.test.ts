import { describe, expect, it } from 'vitest';
import { Random } from '../../src/runtime/random.ts';
import {
  DOUBT_TTL_SECONDS,
  type EndpointState,
  eligibleEndpoints,
} from '../../src/snapshot/compile/eligible.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { ROTATION_MAGIC, Rotation, RotationHeader } from '../../src/snapshot/rotation.ts';
import { Choice, choose } from '../../src/steering/choose.ts';
import { Walk } from '../../src/steering/plan.ts';
import { CandidateField, PolicyField, Serving } from '../../src/steering/table.ts';
import { configOf } from '../config/load-text.ts';

const regions = ['us', 'eu', 'ap'];
const config = configOf(`
regions: { us: { location: [39, -77] }, eu: { location: [53, -6] }, ap: { location: [1, 103] } }
pools:
  app:
    endpoints:
      - { name: us-1, region: us, address: 192.0.2.1, weight: 3 }
      - { name: us-2, region: us, address: 192.0.2.2 }
      - { name: eu-1, region: eu, address: 192.0.2.3, weight: 0 }
      - { name: eu-6, region: eu, address: "2001:db8::3" }
policies:
  nearest: { type: nearest, pool: app, ttl: 20s, answers: 2 }
  region: { type: weighted, pool: app, ttl: 300s, within: region, all-down: nodata }
  world: { type: weighted, pool: app, ttl: 3s, all-down: last-known-good }
  order: { type: failover, pool: app, ttl: 20s, order: [ eu-1, us-2 ] }
zones: [ { name: z, records: [ "@ 60 SOA a a 1 1 1 1 1", "@ 60 NS a.b." ], steer: { a: nearest, b: region, c: world, d: order } } ]
`);

/** Health by endpoint, `up` unless told; a star says that it was among the last ones up. */
function build(states: Record<string, EndpointState> = {}, good: readonly string[] = []) {
  const name = (endpoint: number) => config.pools[0]!.endpoints[endpoint]!.name;
  const health = {
    state: (_: number, endpoint: number) => states[name(endpoint)] ?? 'up',
    wasGood: (_: number, endpoint: number) => good.includes(name(endpoint)),
  };
  const rotation = new Rotation(
    buildRotation(config, health, (policy, region) => 100 * policyIndex(policy) + regions.indexOf(region)),
  );
  return { rotation, health };
}

const policyIndex = (name: string) => config.policies.findIndex((policy) => policy.name === name);
const allDown = { 'us-1': 'down', 'us-2': 'down', 'eu-1': 'down', 'eu-6': 'down' } as const;

/** All that a policy can answer for a client near `order[0]`, as `name ttl`; the fields of the policy as well. */
function served({ rotation }: { rotation: Rotation }, name: string, family: 4 | 6 = 4, order = [0, 1, 2]) {
  const { words, bytes } = rotation;
  const policy = rotation.policy(policyIndex(name));
  const table = words[policy + (family === 4 ? PolicyField.TABLE_A : PolicyField.TABLE_AAAA)]!;
  const found = new Set<string>();
  const choice = new Choice();
  const random = new Random(7);
  for (let i = 0; i < 200; i++) {
    choose(words, policy, table, Uint8Array.from(order), 0, 3, random, choice);
    for (const at of choice.candidates.subarray(0, choice.count)) {
      const record = words[at + CandidateField.RECORD]!;
      const view = new DataView(bytes.buffer, record);
      expect(view.getUint16(0)).toBe(0xc00c);
      expect(view.getUint32(2)).toBe(family === 4 ? 0x0001_0001 : 0x001c_0001);
      expect(view.getUint16(10)).toBe(family === 4 ? 4 : 16);
      const endpoint = config.pools[0]!.endpoints[words[at + CandidateField.ENDPOINT]!]!;
      expect(words[at + CandidateField.REGION]).toBe(endpoint.region);
      expect(bytes.slice(record + 12, record + 12 + endpoint.address.bytes.length)).toEqual(
        endpoint.address.bytes,
      );
      found.add(`${endpoint.name} ${view.getUint32(6)}`);
    }
  }
  const serving = words[policy + (family === 4 ? PolicyField.SERVING_A : PolicyField.SERVING_AAAA)];
  return { serving, found: [...found].sort() };
}

describe('rotation', () => {
  it('has a header that describes it, and policies in the order of the config', () => {
    const { rotation } = build();
    expect(rotation.words[RotationHeader.MAGIC]).toBe(ROTATION_MAGIC);
    expect(rotation.words[RotationHeader.POLICIES]).toBe(4);
    expect(rotation.regionCount).toBe(3);
    const walks = config.policies.map((_, i) => rotation.words[rotation.policy(i) + PolicyField.WALK]);
    expect(walks).toEqual([Walk.FILL, Walk.FIRST, Walk.SINGLE, Walk.SINGLE]);
    expect(rotation.words[rotation.policy(0) + PolicyField.ANSWERS]).toBe(2);
  });

  it('names a counter for each region that the pool uses', () => {
    const { rotation } = build();
    const row = rotation.words[rotation.policy(policyIndex('region')) + PolicyField.COUNTERS]!;
    expect([...rotation.words.subarray(row, row + 3)]).toEqual([100, 101, 0]);
  });

  it.each<[string, 4 | 6, number[], string[]]>([
    ['nearest', 4, [0, 1, 2], ['us-1 20', 'us-2 20']],
    // Weight 0 drains an endpoint under every policy.
    ['nearest', 4, [1, 2, 0], ['us-1 20', 'us-2 20']],
    ['nearest', 6, [0, 1, 2], ['eu-6 20']],
    ['region', 4, [0, 1, 2], ['us-1 300', 'us-2 300']],
    ['region', 4, [2, 1, 0], ['us-1 300', 'us-2 300']],
    ['world', 4, [1, 0, 2], ['us-1 3', 'us-2 3']],
    ['order', 4, [0, 1, 2], ['us-2 20']],
  ])('serves by %s, family %i, near %j what is up', (name, family, order, expected) => {
    expect(served(build(), name, family, order)).toEqual({ serving: Serving.HEALTHY, found: expected });
  });

  it('serves those that are up alone, and unknown ones only when none is', () => {
    const some = build({ 'us-1': 'unknown', 'us-2': 'up', 'eu-1': 'down' });
    expect(served(some, 'nearest').found).toEqual([`us-2 ${DOUBT_TTL_SECONDS}`]);
    const none = build({ 'us-1': 'unknown', 'us-2': 'down', 'eu-1': 'unknown' });
    expect(served(none, 'nearest')).toEqual({
      serving: Serving.UNKNOWN,
      found: [`us-1 ${DOUBT_TTL_SECONDS}`],
    });
    // A TTL that is shorter stays.
    expect(served(none, 'world').found).toEqual(['us-1 3']);
  });

  it.each<[string, 4 | 6, number, string[]]>([
    ['nearest', 4, Serving.ALL, ['us-1 20', 'us-2 20']],
    ['nearest', 6, Serving.ALL, ['eu-6 20']],
    ['region', 4, Serving.NODATA, []],
    ['region', 6, Serving.NODATA, []],
    ['world', 4, Serving.LAST_GOOD, ['us-2 3']],
    // None of this family was among them: all of the family serve.
    ['world', 6, Serving.ALL, ['eu-6 3']],
    ['order', 4, Serving.ALL, ['eu-1 20']],
    ['order', 6, Serving.NONE, []],
  ])('serves by %s, family %i, when all are down', (name, family, serving, expected) => {
    expect(served(build(allDown, ['us-2']), name, family)).toEqual({ serving, found: expected });
  });

  it('decides each family for itself', () => {
    const world = build({ ...allDown, 'eu-6': 'up' }, []);
    expect(served(world, 'region', 4).serving).toBe(Serving.NODATA);
    expect(served(world, 'region', 6)).toEqual({ serving: Serving.HEALTHY, found: ['eu-6 300'] });
  });

  it.each(['nearest', 'region', 'world', 'order'])('serves weight 0 by %s when no other is up', (name) => {
    const { found } = served(build({ 'us-1': 'down', 'us-2': 'down' }), name);
    expect(found.map((line) => line.split(' ')[0])).toEqual(['eu-1']);
  });

  // An endpoint outside of the order is not the policy's: that it is up must not hide that all others are down.
  it('asks by failover for the endpoints of its order alone', () => {
    const out = build({ 'eu-1': 'down', 'us-2': 'down', 'us-1': 'up' });
    expect(served(out, 'order')).toEqual({ serving: Serving.ALL, found: ['eu-1 20'] });
    const doubt = build({ 'us-1': 'unknown' });
    expect(served(doubt, 'order')).toEqual({ serving: Serving.HEALTHY, found: ['us-2 20'] });
    expect(
      eligibleEndpoints(config, config.policies[policyIndex('order')]!, 4, out.health).candidates.map(
        (c) => c.endpoint,
      ),
    ).toEqual([1, 2]);
  });
});
