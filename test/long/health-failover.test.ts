import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Monitor } from '../../src/config/model.ts';
import { Random } from '../../src/runtime/random.ts';
import { addresses, config, monitor, pool, World } from '../health/world.ts';

const address = '192.0.2.1';
const seeds = Array.from({ length: 12 }, (_, i) => i + 1);

/** Kills the endpoint at a moment that the seed chooses; how long it takes to leave, ms. */
async function timeToLeave(
  seed: number,
  how: 'refuses' | 'silent' | 'stuck',
  by: Monitor,
  latencyMs = 20,
): Promise<number> {
  const world = new World(seed);
  world.network.latencyMs = latencyMs;
  world.checker.start(config(pool('app', [address], by)), []);
  await world.clock.advance(by.intervalMs * (2 + (seed % 7) / 7));
  expect(world.states(0, 1)).toEqual(['up']);
  world.network.set(address, how);
  return world.clock.until(() => world.states(0, 1)[0] === 'down', 60_000);
}

/** The rows of the timing table in the operators' page. */
function documentedTimes(): { by: Monitor; silentMs: number; refusingMs: number }[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/health-checks.md'), 'utf8');
  const row = /^\| ([\d.]+) s +\| ([\d.]+) s +\| (\d+) +\| ([\d.]+) s +\| ([\d.]+) s +\|$/gm;
  return [...page.matchAll(row)].map((cells) => {
    const [interval, timeout, fall, silent, refusing] = cells.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const by = { ...monitor, intervalMs: interval * 1_000, timeoutMs: timeout * 1_000, fall };
    return { by, silentMs: silent * 1_000, refusingMs: refusing * 1_000 };
  });
}

describe('an endpoint that dies leaves within the times that operators are told', () => {
  it('the page has them', () => {
    expect(documentedTimes().length).toBeGreaterThanOrEqual(6);
  });

  it.each(documentedTimes())(
    '$by.intervalMs / $by.timeoutMs / fall $by.fall',
    async ({ by, silentMs, refusingMs }) => {
      const patienceMs = by.fall === 1 ? by.timeoutMs : Math.min(by.timeoutMs, 1_000);
      expect(silentMs).toBe(by.intervalMs + (by.fall - 1) * 1_000 + patienceMs);
      for (const [how, boundMs] of [
        ['silent', silentMs],
        ['refuses', refusingMs],
      ] as const) {
        const tookMs = await Promise.all(seeds.map((seed) => timeToLeave(seed, how, by)));
        expect(Math.max(...tookMs)).toBeLessThanOrEqual(boundMs);
        // Nor on less evidence: the confirmations take their time.
        expect(Math.min(...tookMs)).toBeGreaterThanOrEqual((by.fall - 1) * 750);
      }
    },
  );

  it('also one that is slow to answer', async () => {
    const tookMs = await Promise.all(seeds.map((seed) => timeToLeave(seed, 'silent', monitor, 500)));
    expect(Math.max(...tookMs)).toBeLessThanOrEqual(13_000);
  });

  it('a silent region too, wherever in the interval it dies', async () => {
    const region = addresses(3);
    for (let phaseMs = 0; phaseMs <= 10_000; phaseMs += 50) {
      const world = new World(1 + phaseMs);
      world.checker.start(config(pool('app', region)), []);
      await world.clock.advance(20_000 + phaseMs);
      for (const each of region) world.network.set(each, 'silent');
      const gone = (): boolean => world.states(0, 3).every((state) => state === 'down');
      expect(await world.clock.until(gone, 60_000, 50)).toBeLessThanOrEqual(13_000);
    }
  });

  it('and comes back within rise intervals, and a beginning one', async () => {
    for (const seed of seeds) {
      const world = new World(seed);
      world.network.set(address, 'refuses');
      world.checker.start(config(pool('app', [address])), []);
      await world.clock.advance(30_000 + 311 * seed);
      world.network.set(address, 'well');
      expect(await world.clock.until(() => world.states(0, 1)[0] === 'up', 60_000)).toBeLessThanOrEqual(
        20_040,
      );
    }
  });
});

describe('an endpoint that is neither well nor dead', () => {
  it('alternating refusals take it out for good', async () => {
    const world = new World();
    world.checker.start(config(pool('app', [address])), []);
    await world.clock.advance(20_000);
    // The turns go by the probes made so far: the first from now on is to meet a refusal.
    const odd = world.network.probesTo(address) % 2 === 1;
    world.network.turns = odd ? ['well', 'refuses'] : ['refuses', 'well'];
    expect(await world.clock.until(() => world.states(0, 1)[0] === 'down', 60_000)).toBeLessThanOrEqual(
      16_000,
    );
    await world.clock.advance(3_600_000);
    expect(world.changes).toHaveLength(2);
  });

  it('alternating silence too', async () => {
    const world = new World();
    world.checker.start(config(pool('app', [address])), []);
    await world.clock.advance(20_000);
    world.network.turns = ['silent', 'well'];
    await world.clock.until(() => world.states(0, 1)[0] === 'down', 60_000);
    await world.clock.advance(3_600_000);
    expect(world.changes).toHaveLength(2);
  });

  it('half of the probes lost: 20 leave, and stay out until it is calm', async () => {
    const world = new World(3);
    world.checker.start(config(pool('app', addresses(20))), []);
    await world.clock.advance(20_000);
    world.network.loss = 0.5;
    await world.clock.advance(2 * 3_600_000);
    expect(world.states(0, 20)).toEqual(new Array(20).fill('down'));
    expect(world.changes.filter(({ to }) => to === 'down').length).toBe(20);
    world.network.loss = 0;
    await world.clock.advance(33 * 10_000);
    expect(world.states(0, 20)).toEqual(new Array(20).fill('up'));
  });

  it.each(['silent', 'refuses'] as const)(
    'half of the probes %s: over a day it leaves, comes back once at most, and is out',
    async (how) => {
      for (const seed of seeds.slice(0, 6)) {
        const world = new World(seed);
        world.checker.start(config(pool('app', [address])), []);
        await world.clock.advance(20_000);
        const random = new Random(seed * 40_503);
        world.network.turns = Array.from({ length: 9_973 }, () => (random.fraction() < 0.5 ? how : 'well'));
        await world.clock.advance(86_400_000);
        expect(world.states(0, 1)).toEqual(['down']);
        expect(world.changes.filter(({ to }) => to === 'down').length).toBeLessThanOrEqual(2);
        const { sinceMs } = world.checker.stateOf(0, 0);
        expect(world.clock.now() - sinceMs).toBeGreaterThan(23 * 3_600_000);
      }
    },
  );

  it('a tenth of the probes lost: none of 100 leaves in a day', async () => {
    const world = new World(4);
    world.checker.start(config(pool('app', addresses(100))), []);
    await world.clock.advance(1_000);
    world.network.loss = 0.1;
    await world.clock.advance(86_400_000);
    expect(world.changes.filter(({ to }) => to === 'down')).toEqual([]);
  });
});
