import { describe, expect, it } from 'vitest';
import type { Monitor } from '../../src/config/model.ts';
import { type OwnFault, OwnFaults } from '../../src/health/own-faults.ts';
import type { RememberedHealth } from '../../src/health/remembered.ts';
import { limits } from '../../src/runtime/limits.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';
import { addresses, check, config, endpoint, monitor, plainPool, pool, tcpCheck, World } from './world.ts';

const a = '192.0.2.1';
const b = '192.0.2.2';
const two = config(pool('app', [a, b]));

/** Starts and says how long the first round took. */
async function start(
  world: World,
  from = two,
  remembered: readonly RememberedHealth[] = [],
): Promise<number> {
  let ended = false;
  world.checker.start(from, remembered).then(() => {
    ended = true;
  });
  return world.clock.until(() => ended, 60_000);
}

describe('start', () => {
  it('ends with the first round when all are well', async () => {
    const world = new World();
    expect(await start(world)).toBeLessThanOrEqual(30);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
    expect(world.network.log).toHaveLength(2);
  });

  it('ends after the longest timeout when some are silent: they are unknown until confirmed', async () => {
    const world = new World();
    world.network.set(b, 'silent');
    expect(await start(world)).toBe(2_000);
    expect(world.states(0, 2)).toEqual(['up', 'unknown']);
    await world.clock.advance(4_000);
    expect(world.states(0, 2)).toEqual(['up', 'down']);
  });

  it('ends at once without pools, and without monitors', async () => {
    expect(await start(new World(), config())).toBe(0);
    const world = new World();
    expect(await start(world, config(pool('app', [a], 'none')))).toBe(0);
    expect(world.network.log).toEqual([]);
    expect(world.checker.stateOf(0, 0)).toMatchObject({ state: 'up', lastProbeAtMs: undefined });
  });

  it('ends when it is stopped', async () => {
    const world = new World();
    world.network.set(a, 'stuck');
    const started = world.checker.start(two, []);
    await world.clock.advance(100);
    world.checker.stop();
    await started;
  });

  it('is bounded with more endpoints than slots, all silent', async () => {
    const world = new World();
    const many = addresses(2_500);
    for (const address of many) world.network.set(address, 'silent');
    expect(await start(world, config(pool('app', many)))).toBe(2_000);
    expect(world.network.mostInFlight).toBe(1_024);
  });
});

describe('stateOf and find', () => {
  it('tell the newest result', async () => {
    const world = new World();
    await start(world);
    const seen = world.checker.stateOf(0, 0);
    expect(seen).toMatchObject({
      state: 'up',
      successes: 1,
      failures: 0,
      lastReason: undefined,
      lastDurationMs: 20,
    });
    expect(seen.sinceMs).toBe(seen.lastProbeAtMs);
    world.network.set(a, 'refuses');
    await world.clock.until(() => world.checker.stateOf(0, 0).failures === 2, 13_000);
    const doubted = world.checker.find('app', 'e0')!;
    expect(doubted).toMatchObject({ state: 'up', lastReason: 'connection refused', successes: 0 });
    expect(doubted.sinceMs).toBe(seen.sinceMs);
    expect(doubted.lastProbeAtMs).toBeGreaterThan(seen.lastProbeAtMs!);
    expect(world.checker.find('app', 'none')).toBeUndefined();
    expect(world.checker.find('none', 'e0')).toBeUndefined();
  });
});

describe('onChange', () => {
  it('tells each change once, with the times and the reason', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'refuses');
    const beganMs = world.clock.monotonicMs();
    await world.clock.until(() => world.states(0, 1)[0] === 'down', 13_000);
    const [, , down] = world.changes;
    expect(down).toMatchObject({
      pool: 'app',
      endpoint: 'e0',
      from: 'up',
      to: 'down',
      reason: 'connection refused',
    });
    expect(down!.at).toBe(world.checker.stateOf(0, 0).sinceMs);
    // Three refusals a second apart, 20 ms each: the first began 2.02 s before the verdict.
    expect(down!.firstFailureAt).toBeGreaterThanOrEqual(beganMs);
    expect(world.clock.monotonicMs() - down!.firstFailureAt!).toBeLessThanOrEqual(2_040);
    expect(world.clock.monotonicMs() - down!.firstFailureAt!).toBeGreaterThanOrEqual(2_020);
    world.network.set(a, 'well');
    await world.clock.until(() => world.states(0, 1)[0] === 'up', 20_100);
    expect(world.changes).toHaveLength(4);
    expect(world.changes[3]).toMatchObject({
      from: 'down',
      to: 'up',
      firstFailureAt: undefined,
      reason: undefined,
    });
  });
});

describe('shared probes', () => {
  it('probes once what several endpoints have in common, and tells each', async () => {
    const world = new World();
    await start(
      world,
      config(pool('one', [a, b]), pool('two', [a, b]), pool('other', [a], { ...monitor, fall: 4 })),
    );
    expect(world.network.probesTo(a)).toBe(2);
    expect(world.network.probesTo(b)).toBe(1);
    expect(world.reports.map((report) => `${report.pool} ${report.endpoint}`).sort()).toEqual([
      'one e0',
      'one e1',
      'other e0',
      'two e0',
      'two e1',
    ]);
    expect(world.reports[0]).toMatchObject({ region: 'us-east', ok: true, code: 'success', durationMs: 20 });
    world.network.set(b, 'refuses');
    await world.clock.advance(13_000);
    expect([world.checker.stateOf(0, 1).state, world.checker.stateOf(1, 1).state]).toEqual(['down', 'down']);
  });
});

describe('one probe for two pools', () => {
  it('serves monitors that are equal but for their names, at one place under several addresses', async () => {
    const world = new World();
    const at = endpoint('x', a).probe;
    const byTcp: Monitor = { ...monitor, check: tcpCheck };
    const one = { ...pool('one', [b], byTcp), endpoints: [{ ...endpoint('e0', b), probe: at }] };
    const other = pool('two', [a], { ...byTcp, name: 'another' });
    await start(world, config(one, other));
    world.network.set(a, 'refuses');
    await world.clock.advance(13_000);
    expect([world.checker.stateOf(0, 0).state, world.checker.stateOf(1, 0).state]).toEqual(['down', 'down']);
    expect(world.reports.length).toBe(2 * world.network.probesTo(a));
    // The other goes on alone; its probes are not begun anew.
    const before = world.network.probesTo(a);
    world.checker.update(config(other));
    await world.clock.advance(1);
    expect([world.checker.stateOf(0, 0).state, world.network.probesTo(a)]).toEqual(['down', before]);
  });
});

describe('certificates', () => {
  const day = 86_400_000;
  const certificate = { expiresAtMs: 1_800_000_000_000, warning: 'certificate expires in 9 days' };

  it('are warned of once a day for each endpoint', async () => {
    const world = new World();
    world.network.certificate = certificate;
    await start(world, config(pool('one', [a]), pool('two', [a])));
    const text = certificate.warning;
    const both = ['one', 'two'].map((name) => ({ pool: name, endpoint: 'e0', text }));
    await world.clock.advance(day - 60_000);
    expect(world.warnings).toEqual(both);
    await world.clock.advance(120_000);
    expect(world.warnings).toEqual([...both, ...both]);
  });

  it('are warned of at once when a renewed one is short again, and not again by a reload', async () => {
    const world = new World();
    world.network.certificate = certificate;
    await start(world, config(pool('app', [a])));
    world.checker.update(config(pool('app', [a, b], { ...monitor, intervalMs: 5_000 })));
    await world.clock.advance(60_000);
    expect(world.warnings.map(({ endpoint }) => endpoint)).toEqual(['e0', 'e1']);
    world.network.certificate = { expiresAtMs: certificate.expiresAtMs };
    await world.clock.advance(60_000);
    world.network.certificate = certificate;
    await world.clock.advance(60_000);
    expect(world.warnings).toHaveLength(4);
    // An endpoint that was away is new: e1.
    world.checker.update(config(pool('app', [a])));
    world.checker.update(config(pool('app', [a, b])));
    await world.clock.advance(20_000);
    expect(world.warnings.slice(4).map(({ endpoint }) => endpoint)).toEqual(['e1']);
  });

  it('are known while probes fail, until the check is another', async () => {
    const world = new World();
    world.network.certificate = certificate;
    await start(world, config(pool('app', [a])));
    world.network.set(a, 'refuses');
    await world.clock.advance(20_000);
    expect(world.checker.stateOf(0, 0)).toMatchObject({ state: 'down', certificate });
    world.checker.update(config(pool('app', [a, b])));
    expect(world.checker.stateOf(0, 0).certificate).toEqual(certificate);
    world.checker.update(config(pool('app', [a], { ...monitor, check: tcpCheck })));
    expect(world.checker.stateOf(0, 0)).toMatchObject({ state: 'down', certificate: undefined });
  });
});

describe('probes that misbehave', () => {
  it('one that never ends counts as silence, a moment after its deadline', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'stuck');
    await world.clock.advance(15_000);
    expect(world.states(0, 2)).toEqual(['down', 'up']);
    expect(world.checker.stateOf(0, 0).lastReason).toMatch(/^no answer within \d+ ms$/);
  });

  it('one that this machine cannot make changes nothing, and is tried again after a pause', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'no-descriptors');
    await world.clock.advance(60_000);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
    expect(world.checker.stateOf(0, 0).lastReason).toBe('too many open files');
    expect(world.network.probesTo(a)).toBeLessThan(12);
    world.network.set(a, 'refuses');
    await world.clock.advance(13_000);
    expect(world.states(0, 2)).toEqual(['down', 'up']);
  });

  it('want of descriptors in the middle of a confirmation does not end it', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'refuses');
    await world.clock.until(() => world.checker.stateOf(0, 0).failures === 1, 11_000);
    world.network.set(a, 'no-descriptors');
    await world.clock.advance(5_000);
    world.network.set(a, 'refuses');
    await world.clock.advance(2_500);
    expect(world.states(0, 1)).toEqual(['down']);
  });
});

describe('update', () => {
  it('leaves what did not change undisturbed: state, counts and time of the next probe', async () => {
    const run = async (update: boolean): Promise<unknown> => {
      const world = new World();
      await start(world);
      world.network.set(a, 'refuses');
      await world.clock.until(() => world.checker.stateOf(0, 0).failures === 2, 13_000);
      if (update) world.checker.update(structuredClone(two));
      await world.clock.advance(30_000);
      return [world.network.log, world.changes];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('a changed check keeps the last state, without its failures, and is probed at once', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'refuses');
    await world.clock.advance(13_000);
    const before = world.checker.stateOf(0, 0);
    const probes = world.network.log.length;
    const changed = { ...monitor, check: { ...check, path: '/other' } };
    world.checker.update(config(pool('app', [a, b], changed)));
    expect(world.checker.stateOf(0, 0)).toEqual(before);
    await world.clock.advance(0);
    expect(world.network.log.length).toBe(probes + 2);
    world.network.set(a, 'well');
    await world.clock.advance(21_000);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
  });

  it('another address under the same name begins as unknown', async () => {
    const world = new World();
    await start(world);
    const endpoints = [endpoint('e0', '192.0.2.9'), endpoint('e1', b)];
    const moved = { ...plainPool, name: 'app', monitor, endpoints };
    world.checker.update(config(moved));
    expect(world.states(0, 2)).toEqual(['unknown', 'up']);
    await world.clock.advance(50);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
  });

  it('what was removed is probed no more, and its probe in flight says nothing', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'silent');
    const before = world.network.probesTo(a) + 1;
    await world.clock.until(() => world.network.probesTo(a) === before, 11_000);
    world.checker.update(config(pool('app', [b])));
    await world.clock.advance(60_000);
    expect(world.network.probesTo(a)).toBe(before);
    await world.clock.until(() => world.network.inFlight === 0, 100);
    expect(world.changes).toHaveLength(2);
  });

  it('pools may move, lose their monitor and get one', async () => {
    const world = new World();
    await start(world, config(pool('one', [a]), pool('two', [b])));
    world.network.set(b, 'refuses');
    await world.clock.advance(13_000);
    expect(world.checker.find('two', 'e0')!.state).toBe('down');
    world.checker.update(config(pool('two', [b]), pool('one', [a])));
    expect([world.checker.stateOf(0, 0).state, world.checker.stateOf(1, 0).state]).toEqual(['down', 'up']);
    world.checker.update(config(pool('two', [b], 'none')));
    expect(world.checker.stateOf(0, 0)).toMatchObject({ state: 'up', lastReason: undefined });
    world.checker.update(config(pool('two', [b])));
    expect(world.checker.stateOf(0, 0).state).toBe('up');
    await world.clock.advance(2_100);
    expect(world.checker.stateOf(0, 0).state).toBe('down');
  });

  it('during the first round: it ends with what is left', async () => {
    const world = new World();
    world.network.set(a, 'silent');
    let ended = false;
    world.checker.start(two, []).then(() => {
      ended = true;
    });
    await world.clock.advance(100);
    expect(ended).toBe(false);
    world.checker.update(config(pool('app', [b])));
    await world.clock.advance(0);
    expect(ended).toBe(true);
  });
});

describe('a machine that cannot probe', () => {
  it('is told of once a minute, with how many probes it was, and changes no state', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'no-descriptors');
    world.network.set(b, 'no-descriptors');
    await world.clock.advance(200_000);
    expect(world.ownFaults.length).toBe(4);
    const [first, ...later] = world.ownFaults;
    expect(first).toMatchObject({ reason: 'too many open files', probes: 1 });
    expect(first!.place).toMatch(/^app\/e[01]$/);
    for (const { probes } of later) expect(probes).toBeGreaterThan(10);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
  });
});

describe('OwnFaults', () => {
  it('tells of each reason once a minute, and of no more than anybody reads', async () => {
    const clock = new FakeClock();
    const told: OwnFault[] = [];
    const faults = new OwnFaults(clock, (fault) => told.push(fault));
    for (let second = 0; second < 119; second++) {
      for (let i = 0; i < limits.ownFaultReasons + 8; i++)
        faults.note(`no program ${String.fromCharCode(65 + i)} for ${second} s`, `app/e${i}`);
      await clock.advance(1_000);
    }
    expect(told).toHaveLength(2 * limits.ownFaultReasons);
    expect(told[0]).toEqual({ reason: 'no program A for 0 s', place: 'app/e0', probes: 1 });
  });
});

describe('stop', () => {
  it('ends all probes and timers; states stay', async () => {
    const world = new World();
    await start(world);
    world.network.set(a, 'silent');
    await world.clock.until(() => world.network.inFlight === 1, 11_000);
    world.checker.stop();
    await world.clock.advance(0);
    expect(world.network.inFlight).toBe(0);
    const probes = world.network.log.length;
    await world.clock.advance(60_000);
    expect(world.network.log.length).toBe(probes);
    expect(world.states(0, 2)).toEqual(['up', 'up']);
  });
});
