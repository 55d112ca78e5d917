import { describe, expect, it } from 'vitest';
import type { Maintenance } from '../../src/config/model.ts';
import { MaintenancePlan } from '../../src/control/maintenance-plan.ts';

function work(where: Partial<Maintenance>, fromMs: number, toMs: number): Maintenance {
  return { pool: undefined, region: undefined, endpoint: undefined, reason: 'work', ...where, fromMs, toMs };
}

describe('MaintenancePlan', () => {
  it.each<[string, Partial<Maintenance>, string[]]>([
    ['an endpoint', { pool: 1, endpoint: 0 }, ['1/0']],
    ['a pool', { pool: 1 }, ['1/0', '1/1']],
    ['a region of all pools', { region: 1 }, ['0/1', '1/1']],
    ['a region of one', { pool: 0, region: 1 }, ['0/1']],
  ])('%s', (_, where, expected) => {
    const plan = new MaintenancePlan([work(where, 0, 10)], 5);
    // Endpoint N of each pool stands in region N.
    const places = [0, 1].flatMap((pool) => [0, 1].map((endpoint) => [pool, endpoint] as const));
    const found = places.filter(([pool, endpoint]) => plan.of(pool, endpoint, endpoint) !== undefined);
    expect(found.map(([pool, endpoint]) => `${pool}/${endpoint}`)).toEqual(expected);
  });

  it.each<[number, boolean, number | undefined]>([
    [9, false, 10],
    [10, true, 20],
    [19, true, 20],
    [20, false, undefined],
  ])('at %i: holds %s, next edge %s', (nowMs, holds, edgeMs) => {
    const plan = new MaintenancePlan([work({ pool: 0 }, 10, 20)], nowMs);
    expect([plan.of(0, 0, 0) !== undefined, plan.nextEdgeMs]).toEqual([holds, edgeMs]);
  });

  it('of several tells the one that ends last, and the first edge of all', () => {
    const plan = new MaintenancePlan(
      [work({ pool: 0 }, 0, 30), work({ region: 0 }, 0, 40), work({ pool: 9 }, 7, 8)],
      5,
    );
    expect(plan.of(0, 0, 0)!.toMs).toBe(40);
    expect(plan.nextEdgeMs).toBe(7);
  });
});
