import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { addresses, config, monitor, pool, World } from './world.ts';

/** The gaps between probes to each address, ms. */
function gaps(world: World): number[] {
  const last = new Map<string, number>();
  const found: number[] = [];
  for (const { address, atMs } of world.network.log) {
    const before = last.get(address);
    if (before !== undefined) found.push(atMs - before);
    last.set(address, atMs);
  }
  return found;
}

describe('Scheduler', () => {
  it('10 000 endpoints at 10 s: no probe is late, and the load is even', async () => {
    const world = new World();
    world.checker.start(config(pool('app', addresses(10_000))), []);
    await world.clock.advance(12_000);
    const beganMs = world.clock.monotonicMs();
    const skipped = world.network.log.length;
    await world.clock.advance(15_000);
    const late = gaps(world)
      .map((gap) => gap - monitor.intervalMs)
      .sort((a, b) => a - b);
    expect(late[Math.floor(late.length * 0.99)]).toBeLessThanOrEqual(1);
    expect(late.at(-1)).toBeLessThanOrEqual(1);
    const perSecond = new Array<number>(15).fill(0);
    for (const { atMs } of world.network.log.slice(skipped)) {
      perSecond[Math.min(14, Math.floor((atMs - beganMs) / 1_000))]!++;
    }
    expect(Math.max(...perSecond)).toBeLessThan(1_200);
    expect(Math.min(...perSecond)).toBeGreaterThan(900);
  });

  it('spreads by jitter: between nine tenths of the interval and the whole of it', async () => {
    const world = new World();
    world.checker.start(config(pool('app', ['192.0.2.1'])), []);
    await world.clock.advance(600_000);
    const [, ...regular] = gaps(world);
    expect(Math.max(...regular)).toBeLessThanOrEqual(10_001);
    expect(Math.min(...regular)).toBeGreaterThanOrEqual(9_000);
    expect(new Set(regular.map((gap) => Math.round(gap / 100))).size).toBeGreaterThan(5);
  });

  it('does not pile up when all time out: one probe each at most once they are down', async () => {
    const world = new World();
    const few = addresses(200);
    for (const address of few) world.network.set(address, 'silent');
    const slow = { ...monitor, intervalMs: 1_000 };
    world.checker.start(config(pool('app', few, slow)), []);
    await world.clock.advance(20_000);
    expect(world.states(0, 200)).toEqual(new Array(200).fill('down'));
    world.network.mostInFlight = 0;
    await world.clock.advance(20_000);
    expect(world.network.mostInFlight).toBe(200);
  });

  it('a silent region does not keep the others from being probed, and leaves in its time', async () => {
    const world = new World();
    const all = addresses(1_500);
    const dead = new Set(all.slice(0, 500));
    world.checker.start(config(pool('app', all)), []);
    await world.clock.advance(30_000);
    const killedMs = world.clock.monotonicMs();
    for (const address of dead) world.network.set(address, 'silent');
    await world.clock.advance(30_000);
    expect(world.changes.filter(({ to }) => to === 'down')).toHaveLength(500);
    const lastMs = Math.max(...world.changes.map(({ at }) => at)) - world.clock.now();
    expect(world.clock.monotonicMs() + lastMs - killedMs).toBeLessThanOrEqual(14_000);
    expect(world.network.mostInFlight).toBeLessThanOrEqual(limits.probesAtOnce);
    const gapsOfLiving = gaps({
      ...world,
      network: { log: world.network.log.filter((e) => !dead.has(e.address)) },
    } as World);
    expect(Math.max(...gapsOfLiving)).toBeLessThanOrEqual(10_100);
  });

  it('never has more in flight than there are slots, whatever is silent', async () => {
    const world = new World();
    const all = addresses(2_000);
    world.checker.start(config(pool('app', all)), []);
    await world.clock.advance(15_000);
    for (const address of all) world.network.set(address, 'silent');
    await world.clock.advance(30_000);
    expect(world.network.mostInFlight).toBe(limits.probesAtOnce);
    expect(world.states(0, 2_000).filter((state) => state !== 'down')).toEqual([]);
  });
});
