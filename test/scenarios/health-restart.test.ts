import { describe, expect, it } from 'vitest';
import { addresses, config, endpoint, monitor, plainPool, pool, World } from '../health/world.ts';

const count = 6;
const all = addresses(count);
const app = config(pool('app', all));

/** Runs until every state is settled, with the given addresses dead; what it would keep. */
async function memoryOf(dead: readonly string[]) {
  const world = new World();
  for (const address of dead) world.network.set(address, 'refuses');
  world.checker.start(app, []);
  await world.clock.advance(30_000);
  world.checker.stop();
  return world.checker.remember();
}

describe('restart', () => {
  it.each([
    ['all up', []],
    ['all down', all],
    ['half down', all.slice(0, 3)],
  ])('%s: answers at once as before, and changes nothing while nothing changed', async (_, dead) => {
    const remembered = await memoryOf(dead);
    const world = new World(2);
    for (const address of dead) world.network.set(address, 'refuses');
    const wanted = all.map((address) => (dead.includes(address) ? 'down' : 'up'));
    await world.checker.start(app, remembered);
    expect(world.states(0, count)).toEqual(wanted);
    expect(world.network.log).toEqual([]);
    await world.clock.advance(60_000);
    expect(world.states(0, count)).toEqual(wanted);
    expect(world.changes).toEqual([]);
  });

  it('what died meanwhile leaves as fast as ever, what recovered needs its successes', async () => {
    const remembered = await memoryOf(all.slice(0, 3));
    const world = new World(2);
    for (const address of all.slice(3)) world.network.set(address, 'refuses');
    await world.checker.start(app, remembered);
    await world.clock.advance(30);
    expect(world.states(0, count)).toEqual(['down', 'down', 'down', 'up', 'up', 'up']);
    await world.clock.advance(2_100);
    expect(world.states(0, count).slice(3)).toEqual(['down', 'down', 'down']);
    await world.clock.advance(10_000);
    expect(world.states(0, count).slice(0, 3)).toEqual(['up', 'up', 'up']);
  });

  it('keeps since when, and what it has not probed yet, over another restart', async () => {
    const remembered = await memoryOf(all);
    const world = new World(2);
    await world.checker.start(app, remembered);
    expect(world.checker.remember()).toEqual(remembered);
  });

  it('another address, place or check under the same name inherits nothing', async () => {
    const remembered = await memoryOf(all);
    const moved = { ...plainPool, name: 'app', monitor, endpoints: [endpoint('e0', '192.0.2.1')] };
    const renamed = pool('other', [all[0]!]);
    const rechecked = pool('app', [all[1]!], { ...monitor, check: { type: 'tcp', port: 1 } });
    for (const changed of [config(moved), config(renamed), config(rechecked)]) {
      const world = new World();
      world.checker.start(changed, remembered);
      expect(world.states(0, 1)).toEqual(['unknown']);
    }
  });

  it('remembers nothing of what is unknown or not checked', async () => {
    const world = new World();
    world.network.set(all[0]!, 'silent');
    world.checker.start(config(pool('app', [all[0]!]), pool('free', [all[1]!], 'none')), []);
    await world.clock.advance(1_000);
    expect(world.checker.remember()).toEqual([]);
  });
});
