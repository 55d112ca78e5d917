import { describe, expect, it } from 'vitest';
import type { Pool, SelfCheck } from '../../src/config/model.ts';
import type { CheckedConfig } from '../../src/health/checked-pools.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { Random } from '../../src/runtime/random.ts';
import { endpoint, monitor, plainPool, World } from '../health/world.ts';

const selfCheck: SelfCheck = {
  ...{ share: 0.8, windowMs: 30_000, references: [], ttlSeconds: 5, maxMs: 600_000 },
};
const reference = {
  name: 'tcp 192.0.2.1:443',
  type: 'tcp',
  address: parseAddress('192.0.2.1')!,
  port: 443,
} as const;
const withReference: SelfCheck = { ...selfCheck, references: [reference] };

/** `regions` of `each` endpoints: 10.0.0.0, 10.0.0.1 in the first, 10.0.1.0 … in the second. */
class Regions extends World {
  readonly addresses: readonly (readonly string[])[];
  readonly config: CheckedConfig;

  constructor(
    regions: number,
    each: number,
    by: SelfCheck | undefined = selfCheck,
    seed = 1,
    check = monitor,
  ) {
    super(seed);
    this.addresses = Array.from({ length: regions }, (_, r) =>
      Array.from({ length: each }, (_, e) => `10.0.${r}.${e}`),
    );
    const endpoints = this.addresses.flatMap((list, r) =>
      list.map((address, e) => ({ ...endpoint(`e${r}-${e}`, address), region: r })),
    );
    const app: Pool = { ...plainPool, name: 'app', monitor: check, endpoints };
    this.config = {
      selfCheck: by,
      regions: this.addresses.map((_, r) => ({
        ...{ name: `r${r}`, title: '', latitude: 0, longitude: 0, check: undefined },
      })),
      pools: [app],
    };
    this.checker.start(this.config, []);
  }

  get all(): readonly string[] {
    return this.addresses.flat();
  }

  /** Every endpoint is up. */
  get whole(): boolean {
    return this.states(0, this.all.length).every((state) => state === 'up');
  }

  set(addresses: readonly string[], how: 'well' | 'refuses' | 'silent'): void {
    for (const address of addresses) this.network.set(address, how);
  }

  get kinds(): string[] {
    return this.selves.map(({ kind }) => kind);
  }
}

describe('a node that is cut off', () => {
  it.each(Array.from({ length: 20 }, (_, i) => 500 * i))(
    'keeps every verdict, and says so, and stops when it is not any more (%i ms into a round)',
    async (phaseMs) => {
      const world = new Regions(3, 2, selfCheck, 1 + phaseMs);
      await world.clock.advance(20_000 + phaseMs);
      world.set(world.all, 'silent');
      await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
      expect(world.whole).toBe(true);
      await world.clock.advance(300_000);
      expect([world.whole, ...world.kinds]).toEqual([true, 'isolated']);
      world.set(world.all, 'well');
      await world.clock.until(() => world.checker.self().kind === 'well', 11_000);
      await world.clock.advance(60_000);
      expect([world.whole, ...world.kinds]).toEqual([true, 'isolated', 'well']);
      // Those that had left before it was known came back at that moment, and nothing has left since.
      const { sinceMs } = world.checker.stateOf(0, 0);
      expect(world.clock.now() - sinceMs).toBeGreaterThan(300_000);
    },
  );

  it('notices within its bound also by checks that are made seldom', async () => {
    const world = new Regions(3, 2, selfCheck, 7, { ...monitor, intervalMs: 300_000 });
    await world.clock.advance(700_000);
    world.set(world.all, 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 310_000);
    expect(world.whole).toBe(true);
  });

  it('does not probe more often for it', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.advance(30_000);
    const before = world.network.log.length;
    await world.clock.advance(100_000);
    expect(world.network.log.length - before).toBeLessThanOrEqual(6 * 12);
  });

  it('gives in after its bound, and then takes what it sees for true', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
    await world.clock.until(() => world.checker.self().kind === 'given-in', 601_000);
    await world.clock.advance(30_000);
    expect(world.states(0, 6)).toEqual(new Array(6).fill('down'));
    world.set(world.all, 'well');
    await world.clock.advance(60_000);
    expect([world.whole, ...world.kinds]).toEqual([true, 'isolated', 'given-in', 'well']);
  });

  it('lets go what is found dead afterwards', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
    world.set(world.all, 'well');
    world.set(world.addresses[1]!, 'silent');
    await world.clock.advance(40_000);
    expect(world.states(0, 6)).toEqual(['up', 'up', 'down', 'down', 'up', 'up']);
  });

  it('believes a refusal: the way to that endpoint is open', async () => {
    const world = new Regions(4, 3);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
    world.set(world.all.slice(0, 1), 'refuses');
    await world.clock.advance(15_000);
    expect(world.states(0, 12)).toEqual(['down', ...new Array(11).fill('up')]);
  });

  it('does not bring back one that left by its own word', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all.slice(0, 1), 'refuses');
    await world.clock.until(() => world.states(0, 1)[0] === 'down', 13_000);
    world.set(world.all.slice(1), 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 20_000);
    expect(world.states(0, 6)).toEqual(['down', ...new Array(5).fill('up')]);
  });

  it('is known over a reload, and forgets it where the check is turned off', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
    world.checker.update({ ...world.config, pools: [...world.config.pools] });
    await world.clock.advance(30_000);
    expect([world.whole, world.checker.self().kind]).toEqual([true, 'isolated']);
    world.checker.update({ ...world.config, selfCheck: undefined });
    expect(world.checker.self().kind).toBe('well');
    await world.clock.advance(30_000);
    expect(world.states(0, 6)).toEqual(new Array(6).fill('down'));
  });
});

describe('references', () => {
  it('tell a real outage of everything: verdicts hold', async () => {
    const world = new Regions(3, 2, withReference);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.advance(60_000);
    expect(world.states(0, 6)).toEqual(new Array(6).fill('down'));
    expect(world.kinds).toEqual([]);
  });

  it('that do not answer while half of the endpoints do not either: the node is cut off', async () => {
    const world = new Regions(2, 2, withReference);
    await world.clock.advance(20_000);
    world.set([...world.addresses[0]!, '192.0.2.1'], 'silent');
    await world.clock.until(() => world.checker.self().kind === 'isolated', 13_000);
    await world.clock.advance(60_000);
    expect(world.whole).toBe(true);
    // It ends as soon as they answer, whatever the endpoints do.
    world.network.set('192.0.2.1', 'well');
    await world.clock.until(() => world.checker.self().kind === 'well', 6_000);
    await world.clock.advance(30_000);
    expect(world.states(0, 4)).toEqual(['down', 'down', 'up', 'up']);
  });

  it('are found by their names, one by one', async () => {
    const second = { ...reference, name: 'tcp 192.0.2.2:443', address: parseAddress('192.0.2.2')! };
    const world = new Regions(3, 2, { ...selfCheck, references: [reference, second] });
    world.network.set('192.0.2.2', 'refuses');
    await world.clock.advance(20_000);
    const states = [reference, second].map(({ name }) => world.checker.find('@self-check', name)?.state);
    expect(states).toEqual(['up', 'down']);
  });

  it('that do not answer while endpoints do say nothing', async () => {
    const world = new Regions(3, 2, withReference);
    world.network.set('192.0.2.1', 'silent');
    await world.clock.advance(120_000);
    expect([world.whole, ...world.kinds]).toEqual([true]);
  });
});

describe('a node that is not cut off', () => {
  it.each([2, 3, 5])('loses one region of %i, and takes it out in its time', async (regions) => {
    const world = new Regions(regions, 3);
    await world.clock.advance(20_000);
    world.set(world.addresses[0]!, 'silent');
    await world.clock.until(() => world.states(0, 3).every((state) => state === 'down'), 13_000);
    await world.clock.advance(120_000);
    expect(world.states(0, 3)).toEqual(['down', 'down', 'down']);
    expect(world.kinds).toEqual([]);
  });

  it('sees refusals everywhere: a bad deploy, not its own fault', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    world.set(world.all, 'refuses');
    await world.clock.advance(20_000);
    expect(world.states(0, 6)).toEqual(new Array(6).fill('down'));
    expect(world.kinds).toEqual([]);
  });

  it('loses a tenth or half of all packets for an hour', async () => {
    for (const loss of [0.1, 0.5]) {
      const world = new Regions(3, 4);
      await world.clock.advance(20_000);
      world.network.loss = loss;
      await world.clock.advance(3_600_000);
      expect(world.kinds).toEqual([]);
    }
  });

  it('loses regions one after the other, each for itself', async () => {
    const world = new Regions(3, 2);
    await world.clock.advance(20_000);
    for (const region of world.addresses) {
      world.set(region, 'silent');
      await world.clock.advance(60_000);
    }
    expect(world.states(0, 6)).toEqual(new Array(6).fill('down'));
    expect(world.kinds).toEqual([]);
  });

  it('has too few endpoints to tell', async () => {
    const world = new Regions(2, 1);
    await world.clock.advance(20_000);
    world.set(world.all, 'silent');
    await world.clock.advance(20_000);
    expect(world.states(0, 2)).toEqual(['down', 'down']);
  });
});

describe('a link that flaps', () => {
  it('never takes a region out while it is away for less than the bound, whenever it comes back', async () => {
    const world = new Regions(3, 2, selfCheck, 11);
    const random = new Random(5);
    await world.clock.advance(20_000);
    for (let i = 0; i < 40; i++) {
      world.set(world.all, 'silent');
      await world.clock.advance(20_000 + 40_000 * random.fraction());
      expect([world.checker.self().kind, world.whole]).toEqual(['isolated', true]);
      world.set(world.all, 'well');
      await world.clock.advance(15_000 + 40_000 * random.fraction());
      expect([world.checker.self().kind, world.whole]).toEqual(['well', true]);
    }
  });
});
