import { describe, expect, it } from 'vitest';
import { simulate } from '../../simulate/world.ts';

const SEEDS = 50;

describe('simulated worlds', () => {
  it(
    'keep every promise, and their writers do change',
    async () => {
      let moves = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { failure, timeline, moves: seen } = await simulate(seed);
        expect(failure, `npm run simulate -- ${seed}\n${timeline.join('\n')}`).toBeUndefined();
        moves += seen;
      }
      expect(moves).toBeGreaterThan(SEEDS / 2);
    },
    // Half a second a world on a machine that is busy.
    30_000 + 500 * SEEDS,
  );

  it('are the same when their seed is', async () => {
    const first = await simulate(7);
    expect(first.timeline.length).toBeGreaterThan(50);
    expect(await simulate(7)).toEqual(first);
  });
});
