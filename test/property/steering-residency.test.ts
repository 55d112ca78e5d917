import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Serving } from '../../src/steering/nodes.ts';
import { SteeringOracle } from '../steering/oracle.ts';
import { kinds, ROOT, randomScene } from '../steering/scenes.ts';
import { SteeringWorld } from '../steering/world.ts';

const RUNS = 80;

/** Whatever the policies, their nesting, health, floors, drains, shares and what is said for all down. */
describe.each(kinds)('residency around and inside of %s', (root) => {
  it.each(['together', 'apart'] as const)(
    'gives no client anybody outside of his regions, families %s',
    (families) => {
      let refused = 0;
      const options = { root, families, nested: true, residency: true, shares: true };
      fc.assert(
        fc.property(randomScene(options), ({ scene, situation, questions }) => {
          const world = new SteeringWorld(scene, situation);
          const oracle = new SteeringOracle(world);
          for (const question of questions) {
            const before = world.refusals(ROOT);
            const { given, serving } = world.ask({ ...question, policy: ROOT });
            const { family = 4, label = '' } = question;
            const permitted = oracle.permitted(ROOT, { family, label, numbers: world.numbers(scene.views) });
            const real = given.filter(({ pool }) => pool >= 0);
            for (const { pool, endpoint } of real) expect(permitted).toContain(`${pool}/${endpoint}`);
            const isRefusal = serving === Serving.RESIDENCY;
            // Sorry addresses stand alone.
            expect(isRefusal ? real : given.filter(({ pool }) => pool < 0)).toEqual([]);
            expect(world.refusals(ROOT) - before).toBe(isRefusal ? 1 : 0);
            if (isRefusal) refused++;
          }
        }),
        { numRuns: RUNS, seed: 20_260_106 },
      );
      // Else the property says little.
      expect(refused).toBeGreaterThan(10);
    },
  );
});
