import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Maintenance } from '../../src/config/model.ts';
import type { Capacity, Floor, MeasuredLoad, Override } from '../../src/config/policy-model.ts';
import type { ConditionedConfig } from '../../src/control/conditioned-config.ts';
import { type ComposedConditions, ConditionsComposer } from '../../src/control/conditions.ts';
import type { Load } from '../../src/health/loads/load-table.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';

const startMs = 1_700_000_000_000;
const seconds = (ms: number): number => (startMs + ms) / 1_000;

/** Three regions in a row, Dublin, Frankfurt, Warsaw, and one pool with two endpoints in each: 0 and 1, 2 and 3, 4 and 5. */
class World {
  nowMs = startMs;
  readonly states: EndpointState[] = Array.from({ length: 6 }, () => 'up');
  readonly loads = new Map<string, Load>();
  minUp: number | undefined;
  maintenance: Maintenance[] = [];
  floor: Floor | undefined;
  rampMs: number | undefined;
  capacities: Capacity[] = [];
  overrides: Override[] = [];
  weights = [1, 1, 1, 1, 1, 1];
  private readonly composer = new ConditionsComposer(
    {
      state: (_, endpoint) => this.states[endpoint]!,
      wasGood: (_, endpoint) => endpoint === 1,
      hostAddresses: () => [],
      calmMs: (_, endpoint) => (endpoint === 0 ? 30_000 : undefined),
    },
    { loadOf: ({ url }) => this.loads.get(url) },
  );

  get config(): ConditionedConfig {
    const { minUp, floor, rampMs, capacities, overrides, maintenance, weights } = this;
    return {
      regions: [
        { name: 'ie', latitude: 53.3, longitude: -6.3 },
        { name: 'de', latitude: 50.1, longitude: 8.7 },
        { name: 'pl', latitude: 52.2, longitude: 21 },
      ],
      pools: [
        {
          name: 'app',
          endpoints: weights.map((weight, i) => ({ name: `e${i}`, region: i >> 1, weight })),
          ...{ minUp, floor, rampMs, capacities },
        },
      ],
      overrides,
      maintenance,
    };
  }

  compose(afterMs = 0): ComposedConditions {
    this.nowMs += afterMs;
    return this.composer.compose(this.config, this.nowMs);
  }

  /** Sets the states of a region's two endpoints. */
  region(region: number, state: EndpointState): void {
    this.states[2 * region] = state;
    this.states[2 * region + 1] = state;
  }
}

function override(action: Override['action'], where: Partial<Override>): Override {
  const none = { region: undefined, pool: undefined, endpoint: undefined, untilSeconds: undefined };
  return { ...none, reason: 'a drill', owner: undefined, action, ...where };
}

const letter: Readonly<Record<EndpointState, string>> = { up: 'u', degraded: 'g', unknown: '?', down: 'd' };
const letters = (conditions: ComposedConditions): string =>
  [0, 1, 2, 3, 4, 5]
    .map((e) => letter[conditions.state(0, e)] + (conditions.drained(0, e) ? '!' : ''))
    .join('');
const percents = (conditions: ComposedConditions): number[] =>
  [0, 1, 2].map((region) => Math.round((100 * conditions.share(0, region)) / SHARE_ALL));

describe('maintenance', () => {
  const work = (where: Partial<Maintenance>): Maintenance => ({
    ...{ pool: undefined, region: undefined, endpoint: undefined, reason: 'work' },
    ...{ fromMs: startMs + 10_000, toMs: startMs + 20_000 },
    ...where,
  });

  it('drains from its beginning to its end, and both moments are told', () => {
    const world = new World();
    world.maintenance = [work({ region: 1 })];
    const before = world.compose();
    expect([letters(before), before.nextMoment()]).toEqual(['uuuuuu', startMs + 10_000]);
    const during = world.compose(10_000);
    expect([letters(during), during.nextMoment()]).toEqual(['uuu!u!uu', startMs + 20_000]);
    const after = world.compose(10_000);
    expect([letters(after), after.nextMoment()]).toEqual(['uuuuuu', undefined]);
  });

  it('is no reason for a floor to hold: people took it out', () => {
    const world = new World();
    world.floor = { regions: 3, capacity: 1 };
    world.maintenance = [work({ pool: 0, endpoint: 2 }), work({ pool: 0, endpoint: 3 })];
    world.compose(10_000);
    world.region(1, 'down');
    const conditions = world.compose(1_000);
    expect([letters(conditions), conditions.frozen(0)]).toEqual(['uud!d!uu', false]);
    // Afterwards it does, and keeps what was in force: they are down by then.
    expect(world.compose(10_000).frozen(0)).toBe(true);
  });
});

describe('the least share of a region that is up', () => {
  it('takes out the rest of a region by weight', () => {
    const world = new World();
    world.minUp = 0.5;
    world.states[0] = 'down';
    expect(letters(world.compose())).toBe('duuuuu');
    world.weights = [2, 1, 1, 1, 1, 1];
    expect(letters(world.compose())).toBe('dduuuu');
  });

  it('comes before the floor, which keeps what was in force', () => {
    const world = new World();
    world.minUp = 0.75;
    world.floor = { regions: 3, capacity: 0 };
    world.compose();
    world.states[0] = 'down';
    const conditions = world.compose();
    expect([letters(conditions), conditions.frozen(0)]).toEqual(['uuuuuu', true]);
  });

  it('says nothing of what people decided, and counts it', () => {
    const world = new World();
    world.minUp = 0.75;
    world.overrides = [override('down', { pool: 0, endpoint: 0 }), override('up', { pool: 0, endpoint: 3 })];
    world.states[2] = 'down';
    world.states[4] = 'down';
    expect(letters(world.compose())).toBe('dddudd');
  });

  it('leaves out what is drained', () => {
    const world = new World();
    world.minUp = 1;
    world.states[0] = 'down';
    world.overrides = [override('drain', { pool: 0, endpoint: 0 })];
    expect(letters(world.compose())).toBe('d!uuuuu');
  });
});

describe('overrides', () => {
  it.each<[string, Override[], string]>([
    ['none: health', [], 'uuduuu'],
    ['an endpoint down', [override('down', { pool: 0, endpoint: 0 })], 'duduuu'],
    ['an endpoint up', [override('up', { pool: 0, endpoint: 2 })], 'uuuuuu'],
    ['an endpoint drained: health decides', [override('drain', { pool: 0, endpoint: 2 })], 'uud!uuu'],
    ['a region of all pools', [override('drain', { region: 1 })], 'uud!u!uu'],
    ['a region of one pool', [override('down', { region: 2, pool: 0 })], 'uududd'],
    ['a region of another pool', [override('down', { region: 2, pool: 1 })], 'uuduuu'],
    [
      'an endpoint beats its region',
      [override('up', { pool: 0, endpoint: 2 }), override('down', { region: 1 })],
      'uuuduu',
    ],
    [
      'a later one beats an earlier',
      [override('down', { region: 0 }), override('drain', { region: 0, pool: 0 })],
      'u!u!duuu',
    ],
    [
      'in either form',
      [override('drain', { region: 0, pool: 0 }), override('down', { region: 0 })],
      'ddduuu',
    ],
    [
      'of endpoints too',
      [override('down', { pool: 0, endpoint: 4 }), override('drain', { pool: 0, endpoint: 4 })],
      'uuduu!u',
    ],
    ['one that is over', [override('down', { region: 0, untilSeconds: seconds(0) })], 'uuduuu'],
    [
      'the earlier when the later is over',
      [override('down', { region: 0 }), override('drain', { region: 0, untilSeconds: seconds(-1) })],
      'ddduuu',
    ],
  ])('%s', (_, overrides, expected) => {
    const world = new World();
    world.states[2] = 'down';
    world.overrides = overrides;
    expect(letters(world.compose())).toBe(expected);
  });

  it('end at their second, and the moment is told', () => {
    const world = new World();
    world.overrides = [
      override('down', { region: 0, untilSeconds: seconds(60_000) }),
      override('drain', { region: 1, untilSeconds: seconds(20_000) }),
      override('drain', { region: 2 }),
    ];
    const before = world.compose();
    expect(before.nextMoment()).toBe(startMs + 20_000);
    expect(before.calmMs(0, 0)).toBe(60_000);
    expect(before.calmMs(0, 2)).toBe(20_000);
    expect(letters(world.compose(19_999))).toBe('ddu!u!u!u!');
    const after = world.compose(1);
    expect([letters(after), after.nextMoment()]).toEqual(['dduuu!u!', startMs + 60_000]);
    const last = world.compose(40_000);
    expect([letters(last), last.nextMoment()]).toEqual(['uuuuu!u!', undefined]);
  });
});

describe('floors', () => {
  it('keep the verdict of before an override, not the one that people set', () => {
    const world = new World();
    world.floor = { regions: 2, capacity: 0 };
    world.compose();
    world.overrides = [override('down', { pool: 0, endpoint: 4 })];
    world.compose();
    for (const region of [0, 1, 2]) world.region(region, 'down');
    world.overrides = [];
    const now = world.compose();
    expect([now.frozen(0), letters(now)]).toEqual([true, letters(new World().compose())]);
  });

  it('keep the last verdicts when too few would be left, until health itself finds enough', () => {
    const world = new World();
    world.floor = { regions: 2, capacity: 0 };
    world.region(0, 'down');
    expect([letters(world.compose()), world.compose().frozen(0)]).toEqual(['dduuuu', false]);
    world.region(1, 'down');
    const frozen = world.compose();
    expect([letters(frozen), frozen.frozen(0)]).toEqual(['dduuuu', true]);
    expect([frozen.calmMs(0, 2), frozen.calmMs(0, 4)]).toEqual([0, undefined]);
    world.region(2, 'down');
    expect(letters(world.compose())).toBe('dduuuu');
    world.states[0] = 'up';
    expect([letters(world.compose()), world.compose().frozen(0)]).toEqual(['uduuuu', true]);
    world.region(2, 'up');
    const thawed = world.compose();
    expect([letters(thawed), thawed.frozen(0)]).toEqual(['uddduu', false]);
  });

  it('do not bind people: what they take out is out, and what they put up counts', () => {
    const world = new World();
    world.floor = { regions: 2, capacity: 0.5 };
    world.overrides = [override('down', { region: 0 }), override('down', { region: 1 })];
    const out = world.compose();
    expect([letters(out), out.frozen(0)]).toEqual(['dddduu', false]);
    world.overrides = [override('up', { region: 1 })];
    world.region(1, 'down');
    world.region(2, 'down');
    const up = world.compose();
    expect([letters(up), up.frozen(0)]).toEqual(['uuuudd', false]);
  });

  it('weigh drained endpoints as nothing', () => {
    const world = new World();
    world.floor = { regions: 1, capacity: 0.5 };
    world.overrides = [override('drain', { region: 1 }), override('drain', { region: 2 })];
    world.states[0] = 'down';
    expect(world.compose().frozen(0)).toBe(false);
    world.states[1] = 'down';
    expect(world.compose().frozen(0)).toBe(true);
  });
});

describe('slow starts', () => {
  const ramp = (world: World): [number[], number | undefined] => {
    const conditions = world.compose();
    const next = conditions.nextMoment();
    return [percents(conditions), next === undefined ? undefined : next - world.nowMs];
  };

  it('a region that was down for long comes back in steps, at moments that are told', () => {
    const world = new World();
    world.rampMs = 600_000;
    expect(ramp(world)).toEqual([[100, 100, 100], undefined]);
    world.region(1, 'down');
    world.compose();
    world.nowMs += 60_001;
    expect(ramp(world)).toEqual([[100, 100, 100], undefined]);
    world.states[3] = 'up';
    expect(ramp(world)).toEqual([[100, 10, 100], 60_000]);
    world.nowMs += 59_999;
    expect(ramp(world)).toEqual([[100, 10, 100], 1]);
    world.nowMs += 1;
    expect(ramp(world)).toEqual([[100, 20, 100], 60_000]);
    world.nowMs += 480_000;
    expect(ramp(world)).toEqual([[100, 100, 100], undefined]);
  });

  it('a short outage needs none, and does not end one', () => {
    const world = new World();
    world.rampMs = 600_000;
    world.compose();
    world.region(1, 'down');
    world.compose();
    world.region(1, 'up');
    expect(percents(world.compose(60_000))).toEqual([100, 100, 100]);
    world.region(1, 'down');
    world.compose();
    world.region(1, 'up');
    expect(percents(world.compose(60_001))).toEqual([100, 10, 100]);
    world.region(1, 'down');
    expect(percents(world.compose(150_000))).toEqual([100, 100, 100]);
    world.region(1, 'up');
    expect(percents(world.compose(10_000))).toEqual([100, 30, 100]);
  });

  it('a start of the process needs none: up, or not judged yet', () => {
    const world = new World();
    world.rampMs = 600_000;
    world.region(1, 'unknown');
    world.compose();
    world.region(1, 'up');
    expect(percents(world.compose(120_000))).toEqual([100, 100, 100]);
  });

  it('one that was down from the start has one, and so has one that people drained', () => {
    const world = new World();
    world.rampMs = 600_000;
    world.region(0, 'down');
    world.overrides = [override('drain', { region: 1, untilSeconds: seconds(120_000) })];
    world.compose();
    world.region(0, 'up');
    expect(percents(world.compose(120_000))).toEqual([10, 10, 100]);
  });

  it('is forgotten with its region, and kept over configs', () => {
    const world = new World();
    world.rampMs = 600_000;
    world.region(1, 'down');
    world.compose();
    world.region(1, 'up');
    world.compose(61_000);
    world.overrides = [override('drain', { region: 2 })];
    expect(percents(world.compose())).toEqual([100, 10, 100]);
    world.rampMs = undefined;
    expect(percents(world.compose())).toEqual([100, 100, 100]);
    world.rampMs = 600_000;
    expect(percents(world.compose())).toEqual([100, 100, 100]);
  });
});

describe('capacity', () => {
  const stated = (region: number, load: number): Capacity => ({
    ...{ region, capacity: 100, low: 0.7, high: 0.9 },
    load: { kind: 'static', load },
  });
  const source: MeasuredLoad = {
    kind: 'json',
    url: 'http://192.0.2.1/',
    query: 'load',
    everyMs: 10_000,
    keepMs: 60_000,
  };
  const measured = (region: number): Capacity => ({
    ...{ region, capacity: 100, low: 0.7, high: 0.9 },
    load: source,
  });

  it('what a lost region leaves is spread, and nobody is overloaded', () => {
    const world = new World();
    world.capacities = [stated(0, 60), stated(1, 60), stated(2, 50)];
    expect(percents(world.compose())).toEqual([100, 100, 100]);
    world.region(0, 'down');
    const lost = world.compose();
    // Frankfurt is Dublin's next: it lets in what it can, Warsaw takes the rest.
    expect(lost.share(0, 0)).toBe(SHARE_ALL);
    expect(lost.share(0, 1)).toBeLessThan(SHARE_ALL);
    expect([0, 1, 2].map((region) => lost.overloaded(0, region))).toEqual([false, false, false]);
    world.region(2, 'down');
    expect([0, 1, 2].map((region) => world.compose().overloaded(0, region))).toEqual([false, true, false]);
  });

  it('a drained region is asked to take nothing', () => {
    const world = new World();
    world.capacities = [stated(0, 60), stated(1, 10), stated(2, 10)];
    world.overrides = [override('drain', { region: 0 })];
    expect(percents(world.compose())).toEqual([100, 100, 100]);
    world.capacities = [stated(0, 120), stated(1, 10), stated(2, 10)];
    expect(percents(world.compose())[1]).toBeLessThan(100);
  });

  it('a measured share moves once for each reading, and is neutral when the load is too old', () => {
    const world = new World();
    world.capacities = [measured(1)];
    expect(percents(world.compose())).toEqual([100, 100, 100]);
    world.loads.set(source.url, { value: 150, ageMs: 4_000, reading: 1 });
    const first = world.compose();
    expect([percents(first), first.overloaded(0, 1)]).toEqual([[100, 91, 100], true]);
    expect(first.nextMoment()).toBe(world.nowMs + 56_001);
    expect(percents(world.compose())).toEqual([100, 91, 100]);
    world.loads.set(source.url, { value: 140, ageMs: 0, reading: 2 });
    expect(percents(world.compose())).toEqual([100, 81, 100]);
    world.loads.clear();
    expect(percents(world.compose())).toEqual([100, 100, 100]);
  });

  it('a slow start holds a measured share back, which goes on from there', () => {
    const world = new World();
    world.capacities = [measured(1)];
    world.rampMs = 600_000;
    world.region(1, 'down');
    world.compose();
    world.region(1, 'up');
    world.loads.set(source.url, { value: 5, ageMs: 0, reading: 1 });
    expect(percents(world.compose(61_000))).toEqual([100, 10, 100]);
    world.loads.set(source.url, { value: 5, ageMs: 0, reading: 2 });
    expect(percents(world.compose(600_000))).toEqual([100, 19, 100]);
  });

  it('the load of a region that is down does not move its share', () => {
    const world = new World();
    world.capacities = [measured(1)];
    world.loads.set(source.url, { value: 150, ageMs: 0, reading: 1 });
    world.compose();
    world.region(1, 'down');
    world.loads.set(source.url, { value: 0, ageMs: 0, reading: 2 });
    const down = world.compose();
    expect([percents(down), down.overloaded(0, 1)]).toEqual([[100, 100, 100], false]);
    world.region(1, 'up');
    world.loads.set(source.url, { value: 136, ageMs: 0, reading: 3 });
    expect(percents(world.compose())).toEqual([100, 81, 100]);
  });

  it('a region without weight takes no part', () => {
    const world = new World();
    world.capacities = [stated(0, 120), stated(1, 80), stated(2, 0)];
    expect(world.compose().share(0, 1)).toBeLessThan(SHARE_ALL);
    world.weights = [1, 1, 0, 0, 1, 1];
    const shares = world.compose();
    expect(shares.share(0, 1)).toBe(SHARE_ALL);
    expect(shares.share(0, 0)).toBeLessThan(SHARE_ALL);
  });
});

describe('conditions', () => {
  it('pass on what health alone knows', () => {
    const conditions = new World().compose();
    expect([conditions.wasGood(0, 1), conditions.wasGood(0, 2), conditions.nowMs]).toEqual([
      true,
      false,
      startMs,
    ]);
    expect([conditions.calmMs(0, 0), conditions.calmMs(0, 1), conditions.nextMoment()]).toEqual([
      30_000,
      undefined,
      undefined,
    ]);
  });

  const all = (conditions: ComposedConditions): unknown => [
    letters(conditions),
    percents(conditions),
    conditions.frozen(0),
    [0, 1, 2].map((region) => conditions.overloaded(0, region)),
  ];
  const state = fc.constantFrom<EndpointState>('up', 'down', 'unknown', 'degraded');
  const anyOverride = fc
    .record({
      action: fc.constantFrom<Override['action']>('up', 'down', 'drain'),
      at: fc.integer({ min: 0, max: 8 }),
      untilSeconds: fc.option(
        fc.integer({ min: 0, max: 900 }).map((s) => seconds(1_000 * s)),
        { nil: undefined },
      ),
    })
    .map(({ action, at, untilSeconds }) =>
      override(action, { ...(at < 6 ? { pool: 0, endpoint: at } : { region: at - 6 }), untilSeconds }),
    );

  it('stay the same until their next moment; what people say holds; automation leaves the floor', () => {
    const step = fc.record({
      states: fc.array(state, { minLength: 6, maxLength: 6 }),
      overrides: fc.array(anyOverride, { maxLength: 4 }),
      afterMs: fc.integer({ min: 0, max: 120_000 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const world = new World();
        world.rampMs = 300_000;
        world.floor = { regions: 2, capacity: 0 };
        world.capacities = [
          { region: 0, capacity: 100, low: 0.7, high: 0.9, load: { kind: 'static', load: 120 } },
        ];
        world.compose();
        for (const { states, overrides, afterMs, part } of steps) {
          world.states.splice(0, 6, ...states);
          world.overrides = overrides;
          const now = world.compose(afterMs);
          for (const { action, endpoint } of overrides.slice(-1)) {
            const { untilSeconds } = overrides.at(-1)!;
            if (endpoint === undefined || (untilSeconds !== undefined && 1_000 * untilSeconds <= world.nowMs))
              continue;
            if (action === 'drain') expect(now.drained(0, endpoint)).toBe(true);
            else expect(now.state(0, endpoint)).toBe(action);
          }
          if (overrides.length === 0) {
            const regions = [0, 1, 2].filter(
              (r) => now.state(0, 2 * r) !== 'down' || now.state(0, 2 * r + 1) !== 'down',
            );
            if (!now.frozen(0)) expect(regions.length).toBeGreaterThanOrEqual(2);
          }
          const nextMs = now.nextMoment();
          if (nextMs !== undefined) expect(nextMs).toBeGreaterThan(world.nowMs);
          const leftMs = (nextMs ?? world.nowMs + 3_600_000) - world.nowMs - 1;
          expect(all(world.compose(Math.floor(part * leftMs)))).toEqual(all(now));
        }
      }),
      { seed: 41, numRuns: 200 },
    );
  });
});
