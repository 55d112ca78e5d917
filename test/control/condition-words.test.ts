import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/model.ts';
import { conditionWords } from '../../src/control/condition-words.ts';
import type { HealthState } from '../../src/health/state-machine.ts';
import { configOf } from '../config/load-text.ts';

const plain = configOf(`
regions: { a: { location: [ 0, 0 ] }, b: { location: [ 10, 10 ] } }
pools:
  app: { endpoints: [ { name: a1, region: a, address: 192.0.2.1 }, { name: b1, region: b, address: 192.0.2.2 } ] }
policies: { app: { type: nearest, pool: app } }
zones: [ { name: example.com, records: [ "@ SOA ns h 1 2 3 4 5", "@ NS ns.example.org." ], steer: { app: app } } ]
`);

const untilSeconds = Date.UTC(2026, 0, 1) / 1000;
const config: Config = {
  ...plain,
  overrides: [
    {
      action: 'drain',
      region: 0,
      pool: undefined,
      endpoint: undefined,
      reason: 'change 4711',
      owner: 'ann',
      untilSeconds,
    },
    {
      action: 'up',
      region: undefined,
      pool: 0,
      endpoint: 1,
      reason: 'probe is wrong',
      owner: undefined,
      untilSeconds: undefined,
    },
  ],
  pools: plain.pools.map((pool) => ({
    ...pool,
    floor: { regions: 1, capacity: 0.6 },
    rampMs: 300_000,
    capacities: [{ region: 1, capacity: 500, load: { kind: 'static', load: 1 }, low: 0.8, high: 1 }],
  })),
};

type Region = readonly [state: HealthState, reason: string | undefined];

/** Where probes say of every endpoint what it counts as. */
function wordsOf(of: typeof config, nowMs = 0) {
  const state = (): HealthState => 'up';
  return conditionWords(
    of,
    { nowMs, state },
    { stateOf: () => ({ state: 'up' }), stateOfRegion: () => undefined },
  );
}

describe('the words of conditions', () => {
  it('are those of the override in force', () => {
    const words = wordsOf(config);
    expect(words.endpoint(0, 0)).toBe('drained by ann: change 4711, until 2026-01-01T00:00:00.000Z');
    expect(words.endpoint(0, 1)).toBe('set up: probe is wrong');
    expect(wordsOf(config, 1000 * untilSeconds).endpoint(0, 0)).toBeUndefined();
  });

  it('tell what bounds a share and what a floor holds', () => {
    const words = wordsOf(config);
    expect(words.share(0, 0)).toBe('slow start over 300 s');
    expect(words.share(0, 1)).toBe('slow start over 300 s, or it can take 500');
    expect(words.floor(0)).toBe('regions that stay: 1, weight that stays: 60 %');
  });

  it('are none where nothing stands above health', () => {
    const words = wordsOf(plain);
    expect([words.endpoint(0, 0), words.share(0, 0), words.floor(0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each<[string, HealthState, HealthState, Region | undefined, number | undefined, string | undefined]>([
    [
      'its region is down',
      'down',
      'up',
      ['down', 'refused'],
      undefined,
      'region EU is down as a whole: refused',
    ],
    [
      'its region is degraded',
      'degraded',
      'up',
      ['degraded', undefined],
      0.5,
      'region EU is degraded as a whole',
    ],
    [
      'too few are left',
      'down',
      'up',
      ['up', undefined],
      0.625,
      'region EU counts as down: less than 62.5 % of it is left (min-up)',
    ],
    ['it is down itself', 'down', 'down', ['down', 'refused'], 0.5, undefined],
    ['the floor keeps it', 'up', 'down', undefined, 0.5, undefined],
  ])('tell of its region when %s', (_, counts, own, region, minUp, words) => {
    const [pool] = plain.pools;
    const name = plain.regions[pool!.endpoints[0]!.region]!.name;
    const told = conditionWords(
      { ...plain, pools: [{ ...pool!, minUp }] },
      { nowMs: 0, state: () => counts },
      {
        stateOf: () => ({ state: own }),
        stateOfRegion: () => region && { state: region[0], lastReason: region[1] },
      },
    );
    expect(told.endpoint(0, 0)).toBe(words?.replace('EU', name));
  });
});
