import { beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/config/policy-model.ts';
import { Transport } from '../../src/query/source.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';
import { sourceOf } from '../query/world.ts';
import { named, policy, pool } from '../steering/policies.ts';
import { Situation } from '../steering/situation.ts';
import { viewOf } from '../steering/view.ts';
import { questionPacket, SteeringWorld } from '../steering/world.ts';

const REGIONS = 8;
const weights = [1, 3, 96, 900];
const DRAWS = 1_000_000;
const KEYS = 100_000;

/** Five standard deviations of a fair draw, or the promise where that is less. */
const slack = (share: number, draws: number, promised: number) =>
  Math.min(promised, 5 * Math.sqrt((share * (1 - share)) / draws));

const one = (region: number, weight = 1) => ({ region, family: 4, weight }) as const;
/** Pool 0: a weight for each region. Pool 1: all in one region. Pools 2 to 5: one endpoint each. Pool 6: all regions alike. */
const pools = [
  weights.map((weight, region) => one(region, weight)),
  weights.map((weight) => one(0, weight)),
  ...weights.map((_, region) => [one(region)]),
  Array.from({ length: REGIONS }, (_, region) => one(region)),
];
const ALIKE = 6;
const policies = named(
  policy({ type: 'weighted', by: { kind: 'pool', from: pool(0) } }),
  policy({ type: 'weighted', by: { kind: 'region', from: pool(1), view: 0 } }),
  policy({
    type: 'weighted',
    by: { kind: 'shares', shares: weights.map((weight, i) => ({ use: pool(2 + i), weight })) },
  }),
  policy({ type: 'hash', among: { kind: 'regions', from: pool(ALIKE) }, on: 'client' }),
  policy({ type: 'hash', among: { kind: 'regions', from: pool(ALIKE) }, on: 'label' }),
  policy({ type: 'nearest', from: pool(ALIKE), view: 0, spread: 'fill' }),
  policy({ type: 'weighted', by: { kind: 'pool', from: pool(1) } }),
);

function worldOf(situation = new Situation(), list: readonly Policy[] = policies): SteeringWorld {
  const views = [viewOf([], 0, [[...Array(REGIONS).keys()]])];
  return new SteeringWorld({ regions: REGIONS, pools, policies: list, views, owners: [] }, situation);
}

describe('weighted', () => {
  const world = worldOf();

  /** How often each endpoint, or pool, was given to many resolvers at many times. */
  function counts(index: number, slotOf: (pool: number, endpoint: number) => number): number[] {
    const found = weights.map(() => 0);
    const query = questionPacket({ policy: index });
    const source = sourceOf('9.9.9.9', Transport.UDP);
    for (let i = 0; i < DRAWS; i++) {
      source.w0 = (0x08000000 + (i % 1_000) * 65_793) >>> 0;
      world.context.nowSeconds = 1_767_600_000 + 20 * Math.floor(i / 1_000);
      const { pool, endpoint } = world.answer(query, source).given[0]!;
      found[slotOf(pool, endpoint)]!++;
    }
    return found;
  }

  it.each<[string, number, (pool: number, endpoint: number) => number]>([
    ['over a pool of regions', 0, (_, endpoint) => endpoint],
    ['over a pool inside of one region', 6, (_, endpoint) => endpoint],
    ['inside of the nearest region', 1, (_, endpoint) => endpoint],
    ['of pools', 2, (pool) => pool - 2],
  ])('shares out as configured %s', { timeout: 60_000 }, (_, index, slotOf) => {
    const found = counts(index, slotOf);
    for (const [i, weight] of weights.entries()) {
      const share = weight / 1_000;
      expect(Math.abs(found[i]! / DRAWS - share), `weight ${weight}`).toBeLessThanOrEqual(
        slack(share, DRAWS, 0.002),
      );
    }
  });
});

describe.each([
  ['client prefixes', 3],
  ['labels', 4],
] as const)('hash on %s', (_, index) => {
  const source = sourceOf('9.9.9.9', Transport.UDP);
  const bySubnet = questionPacket({ policy: 3, subnet: '1.0.0.0/24' });
  /** Where the three bytes of the subnet stand: they end the packet. */
  const subnetAt = bySubnet.length - 3;
  const byLabel = questionPacket({ policy: 4, label: 'k00000' });

  /** The region of each key. Clients are 16.0.0.0/24, 16.0.1.0/24 …, one after the other. */
  function regionsOf(world: SteeringWorld): Uint8Array {
    return Uint8Array.from({ length: KEYS }, (_, key) => {
      if (index === 3) {
        bySubnet.set([16 + (key >> 16), (key >> 8) & 0xff, key & 0xff], subnetAt);
        return world.answer(bySubnet, source).given[0]!.region;
      }
      byLabel.set(Buffer.from(String(key).padStart(5, '0')), 14);
      return world.answer(byLabel, source).given[0]!.region;
    });
  }

  let whole: Uint8Array;
  beforeAll(() => {
    whole = regionsOf(worldOf());
  });

  it('spreads the keys evenly', () => {
    const found = Array<number>(REGIONS).fill(0);
    for (const region of whole) found[region]!++;
    for (const count of found)
      expect(Math.abs(count / KEYS - 1 / REGIONS)).toBeLessThanOrEqual(slack(1 / REGIONS, KEYS, 0.01));
  });

  it('moves the keys of a region that is lost, and no other, to all that stay', () => {
    for (const lost of [0, 5]) {
      const left = regionsOf(worldOf(new Situation().setState(ALIKE, lost, 'down')));
      const heirs = Array<number>(REGIONS).fill(0);
      for (let key = 0; key < KEYS; key++) {
        if (whole[key] === lost) heirs[left[key]!]!++;
        else if (whole[key] !== left[key]) expect.fail(`key ${key} moved from ${whole[key]} to ${left[key]}`);
      }
      expect(heirs[lost]).toBe(0);
      const moved = heirs.reduce((sum, count) => sum + count, 0);
      for (const [region, count] of heirs.entries()) {
        const share = 1 / (REGIONS - 1);
        if (region !== lost)
          expect(Math.abs(count / moved - share)).toBeLessThanOrEqual(slack(share, moved, 0.02));
      }
    }
  });
});

describe('a share of the clients', () => {
  const source = sourceOf('9.9.9.9', Transport.UDP);
  const query = questionPacket({ policy: 5, subnet: '1.0.0.0/24' });
  const parts = [0.01, 0.1, 0.33, 0.5, 0.9, 0.99];

  /** Whether each client prefix is let in by region 0, which is the nearest to all. */
  function letIn(share: number): boolean[] {
    const world = worldOf(new Situation().setShare(ALIKE, 0, Math.round(share * SHARE_ALL)));
    return Array.from({ length: KEYS }, (_, key) => {
      query.set([16 + (key >> 16), (key >> 8) & 0xff, key & 0xff], query.length - 3);
      return world.answer(query, source).given[0]!.region === 0;
    });
  }

  it.each(parts)('lets in as many prefixes as it says, %d', (part) => {
    const count = letIn(part).filter(Boolean).length;
    expect(Math.abs(count / KEYS - part)).toBeLessThanOrEqual(slack(part, KEYS, 0.005));
  });

  it('lets in none or all at its ends', () => {
    expect(letIn(0).some(Boolean)).toBe(false);
    expect(letIn(1).every(Boolean)).toBe(true);
  });

  it('lets everybody stay who was in when it grows', () => {
    let before = letIn(0);
    for (const part of parts) {
      const now = letIn(part);
      expect(before.every((was, key) => !was || now[key])).toBe(true);
      before = now;
    }
  });

  it('lets a prefix in or not whoever asks for it, and whenever', () => {
    const world = worldOf(new Situation().setShare(ALIKE, 0, SHARE_ALL / 2));
    for (let key = 0; key < 1_000; key++) {
      query.set([16, key >> 8, key & 0xff], query.length - 3);
      const regions = [0, 1, 2].map((i) => {
        world.context.nowSeconds = 1_000_000 + 777 * i;
        return world.answer(query, sourceOf(`8.8.${i}.8`, Transport.TCP)).given[0]!.region;
      });
      expect(new Set(regions).size).toBe(1);
    }
  });
});
