import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/runtime/random.ts';
import { Choice, choose } from '../../src/steering/choose.ts';
import { planFailover } from '../../src/steering/failover.ts';
import { planNearest } from '../../src/steering/nearest.ts';
import { type Candidate, type Plan, Walk } from '../../src/steering/plan.ts';
import { CandidateField, GroupField, PolicyField } from '../../src/steering/table.ts';
import { planWeighted } from '../../src/steering/weighted.ts';

const REGIONS = 4;

/** Every policy, as a function of what is eligible; the tiers of failover are fixed. */
const policies: Record<string, (eligible: readonly Candidate[]) => Plan> = {
  nearest: planNearest,
  'weighted within the pool': (eligible) => planWeighted(eligible, 'pool'),
  'weighted within the region': (eligible) => planWeighted(eligible, 'region'),
  failover: (eligible) => planFailover(eligible, [[3], [0, 5], [1, 2, 4, 6, 7, 8, 9, 10, 11]]),
};

const eligible = fc
  .array(
    fc.record({
      region: fc.nat(REGIONS - 1),
      weight: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 })),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => list.map((each, endpoint) => ({ endpoint, ...each })));
const ranking = fc.shuffledSubarray([0, 1, 2, 3], { minLength: REGIONS });

/** Writes a plan as the rotation does (`steering/table.ts`) and draws from it. */
class Table {
  readonly words: Int32Array;
  private readonly table: number;
  private readonly choice = new Choice();

  constructor(plan: Plan, answers: number) {
    const words = Array<number>(PolicyField.SIZE).fill(0);
    words[PolicyField.WALK] = plan.walk;
    words[PolicyField.ANSWERS] = answers;
    const row = words.length;
    for (let i = 0; i < REGIONS; i++) words.push(0);
    let last = 0;
    for (const group of plan.groups) {
      last = words.length;
      words[row + group[0]!.region] = last;
      words[last + GroupField.COUNT] = group.length;
      words[last + GroupField.WEIGHT] = group.reduce((sum, { weight }) => sum + weight, 0);
      for (const { weight, region, endpoint } of group) {
        const at = words.length;
        words[at + CandidateField.WEIGHT] = weight;
        words[at + CandidateField.REGION] = region;
        words[at + CandidateField.ENDPOINT] = endpoint;
        words[at + CandidateField.RECORD] = 0;
      }
    }
    this.table = plan.groups.length === 0 ? 0 : plan.walk === Walk.SINGLE ? last : row;
    this.words = Int32Array.from(words);
  }

  /** Endpoints of one answer. */
  draw(ranking: readonly number[], random: Random): number[] {
    const { words, choice } = this;
    choose(words, 0, this.table, Uint8Array.from(ranking), 0, REGIONS, random, choice);
    const chosen = [...choice.candidates.subarray(0, choice.count)];
    return chosen.map((at) => words[at + CandidateField.ENDPOINT]!);
  }
}

describe.each(Object.entries(policies))('%s', (_, plan) => {
  it('answers with eligible endpoints, none twice, and no more than wanted', () => {
    fc.assert(
      fc.property(
        eligible,
        ranking,
        fc.integer({ min: 1, max: 16 }),
        fc.integer(),
        (list, order, answers, seed) => {
          const table = new Table(plan(list), answers);
          const random = new Random(seed);
          for (let i = 0; i < 5; i++) {
            const drawn = table.draw(order, random);
            expect(drawn.length).toBeGreaterThan(0);
            expect(drawn.length).toBeLessThanOrEqual(answers);
            expect(new Set(drawn).size).toBe(drawn.length);
            expect(drawn.every((endpoint) => endpoint < list.length)).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('answers with nothing when nothing is eligible', () => {
    expect(new Table(plan([]), 3).draw([0, 1, 2, 3], new Random(1))).toEqual([]);
  });

  it('keeps its groups as the walk expects them', () => {
    fc.assert(
      fc.property(eligible, (list) => {
        const { walk, groups } = plan(list);
        if (walk === Walk.SINGLE) expect(groups.length).toBe(1);
        else {
          const found = groups.map((group) => [...new Set(group.map(({ region }) => region))]);
          expect(found).toEqual(
            [...new Set(list.map(({ region }) => region))].sort().map((region) => [region]),
          );
        }
        // A weight of 0 in a group would never be drawn, and a sum of 0 would not end.
        expect(groups.flat().every(({ weight }) => weight > 0)).toBe(true);
      }),
    );
  });
});

describe('nearest', () => {
  const list = [0, 0, 2, 3].map((region, endpoint) => ({ endpoint, region, weight: 1 }));

  it('fills the answer along the ranking', () => {
    const draw = (answers: number) => new Table(planNearest(list), answers).draw([2, 1, 0, 3], new Random(5));
    expect(draw(1)).toEqual([2]);
    expect(draw(2)[0]).toBe(2);
    expect([0, 1]).toContain(draw(2)[1]);
    expect(draw(3).sort()).toEqual([0, 1, 2]);
    expect(draw(16)).toHaveLength(4);
  });
});

describe('failover', () => {
  const list = [0, 1, 2].map((endpoint) => ({ endpoint, region: endpoint, weight: 0 }));

  it('gives a standby nothing while its primary is up', () => {
    const served = (up: number[]) =>
      planFailover(
        list.filter(({ endpoint }) => up.includes(endpoint)),
        [[1], [0, 2]],
      ).groups[0]?.map(({ endpoint }) => endpoint);
    expect(served([0, 1, 2])).toEqual([1]);
    expect(served([0, 2])).toEqual([0, 2]);
    expect(served([2])).toEqual([2]);
    expect(served([])).toBeUndefined();
  });
});

describe('shares', () => {
  const pool = (weights: readonly number[]) =>
    weights.map((weight, endpoint) => ({ endpoint, region: 0, weight }));

  it.each<[string, Plan, readonly number[]]>([
    ['weights', planWeighted(pool([1, 2, 7]), 'pool'), [0.1, 0.2, 0.7]],
    ['weights of a region', planWeighted(pool([1, 3]), 'region'), [0.25, 0.75]],
    ['the largest weights', planWeighted(pool([1000, 1000, 1]), 'pool'), [0.49975, 0.49975, 0.0005]],
    ['weight 0 beside others', planWeighted(pool([0, 1, 1]), 'pool'), [0, 0.5, 0.5]],
    ['weight 0 alone', planWeighted(pool([0, 0]), 'pool'), [0.5, 0.5]],
    ['nearest, whatever the weights', planNearest(pool([1, 9])), [0.5, 0.5]],
    ['a tier of failover', planFailover(pool([1, 9, 5]), [[0, 1, 2]]), [1 / 3, 1 / 3, 1 / 3]],
  ])('follow %s', (_, plan, expected) => {
    const draws = 40_000;
    const table = new Table(plan, 1);
    const random = new Random(20_240_601);
    const counts = expected.map(() => 0);
    for (let i = 0; i < draws; i++) counts[table.draw([0, 1, 2, 3], random)[0]!]!++;
    // Five standard deviations of a fair draw; the seed is fixed, so that a failure is no chance.
    for (const [i, share] of expected.entries()) {
      const slack = 5 * Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs(counts[i]! / draws - share), `endpoint ${i}`).toBeLessThanOrEqual(slack);
    }
  });

  it('put the heavier first when an answer holds all', () => {
    const table = new Table(planWeighted(pool([1, 9]), 'pool'), 2);
    const random = new Random(11);
    const first = Array.from({ length: 10_000 }, () => table.draw([0], random)[0]!);
    expect(first.filter((endpoint) => endpoint === 1).length / first.length).toBeCloseTo(0.9, 1);
  });
});
