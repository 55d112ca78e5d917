import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/config/model.ts';
import { limits } from '../../src/runtime/limits.ts';
import { addresses, config, endpoint, monitor, pool, World } from './world.ts';

/** The gaps between probes to each address, ms. */
function gapsOf(log: World['network']['log']): number[] {
  const last = new Map<string, number>();
  const found: number[] = [];
  for (const { address, atMs } of log) {
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
    const regular = world.network.log.slice(skipped);
    const differences = gapsOf(regular).map((gap) => Math.abs(gap - monitor.intervalMs));
    expect(differences.length).toBeGreaterThan(4_500);
    expect(Math.max(...differences)).toBeLessThanOrEqual(limits.probeWheelTickMs);
    const perSecond = new Array<number>(15).fill(0);
    for (const { atMs } of regular) perSecond[Math.min(14, Math.floor((atMs - beganMs) / 1_000))]!++;
    expect(Math.max(...perSecond)).toBeLessThan(1_200);
    expect(Math.min(...perSecond)).toBeGreaterThan(800);
  });

  it('does not drift: after an hour a probe still begins at its own time of each interval', async () => {
    const world = new World();
    world.checker.start(config(pool('app', ['192.0.2.1'])), []);
    await world.clock.advance(12_000);
    const phases = () => world.network.log.slice(1).map(({ atMs }) => atMs % monitor.intervalMs);
    await world.clock.advance(3_600_000);
    expect(phases().length).toBeGreaterThanOrEqual(360);
    expect(Math.max(...phases()) - Math.min(...phases())).toBeLessThanOrEqual(limits.probeWheelTickMs);
  });

  it('a pause of the process makes each probe late once, not for good', async () => {
    const world = new World();
    world.checker.start(config(pool('app', addresses(500))), []);
    await world.clock.advance(20_000);
    const phaseOf = new Map(
      world.network.log.slice(-500).map(({ address, atMs }) => [address, atMs % 10_000]),
    );
    world.clock.stall(3_000);
    await world.clock.advance(30_000);
    const moved = world.network.log
      .slice(-500)
      .filter(
        ({ address, atMs }) => Math.abs((atMs % 10_000) - phaseOf.get(address)!) > limits.probeWheelTickMs,
      );
    expect(moved).toEqual([]);
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
    const gapsOfLiving = gapsOf(world.network.log.filter(({ address }) => !dead.has(address)));
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

  it('all that time out at once begin spread over the interval from then on', async () => {
    const world = new World();
    const all = addresses(1_000);
    for (const address of all) world.network.set(address, 'silent');
    world.checker.start(config(pool('app', all, { ...monitor, intervalMs: 4_000, timeoutMs: 4_000 })), []);
    await world.clock.advance(60_000);
    const fromMs = world.clock.monotonicMs();
    await world.clock.advance(16_000);
    const perSecond = new Array<number>(16).fill(0);
    for (const { atMs } of world.network.log) {
      if (atMs >= fromMs) perSecond[Math.min(15, Math.floor((atMs - fromMs) / 1_000))]!++;
    }
    expect(Math.max(...perSecond)).toBeLessThan(400);
    expect(world.network.mostInFlight).toBeLessThanOrEqual(limits.probesAtOnce);
  });

  it('probes one address no more often at once than it has slots, each endpoint in its turn', async () => {
    const world = new World();
    const one = { ...pool('app', []), endpoints: sameAddress(100) };
    world.checker.start(config(one, pool('other', addresses(100))), []);
    await world.clock.advance(30_000);
    world.network.set('192.0.2.1', 'silent');
    const allDown = () => world.states(0, 100).every((state) => state === 'down');
    expect(await world.clock.until(allDown, 60_000, 100)).toBeLessThanOrEqual(20_000);
    await world.clock.advance(30_000);
    expect(allDown()).toBe(true);
    expect(world.states(1, 100)).toEqual(new Array(100).fill('up'));
    expect(world.network.mostTo('192.0.2.1')).toBe(limits.probesPerHost);
  });

  it('an endpoint whose address was busy with silent ones comes back in its time', async () => {
    const world = new World();
    const one = { ...pool('app', []), endpoints: sameAddress(100) };
    world.network.set('192.0.2.1', 'silent');
    world.checker.start(config(one), []);
    await world.clock.advance(60_000);
    world.network.set('192.0.2.1', 'well');
    await world.clock.advance(20_100);
    expect(world.states(0, 100)).toEqual(new Array(100).fill('up'));
  });
});

/** Endpoints behind one address, each at a port of its own. */
function sameAddress(count: number): Endpoint[] {
  return Array.from({ length: count }, (_, i) => {
    const one = endpoint(`e${i}`, '192.0.2.1');
    return { ...one, probe: { ...one.probe, port: 1_000 + i } };
  });
}
