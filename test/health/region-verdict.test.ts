import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Region } from '../../src/config/model.ts';
import { regionVerdicts, withinRegion } from '../../src/health/region-verdict.ts';
import type { HealthState } from '../../src/health/state-machine.ts';
import { addresses, config, endpoint, monitor, pool, World } from './world.ts';

const word: Readonly<Record<string, HealthState>> = { u: 'up', g: 'degraded', '?': 'unknown', d: 'down' };
const letter = (state: HealthState): string => Object.keys(word).find((key) => word[key] === state)!;

describe('regionVerdicts', () => {
  it.each<[string, string, number[], number | undefined, string]>([
    ['without a bound each is for itself', 'ddu', [1, 1, 1], undefined, 'ddu'],
    ['half of them is half', 'ud', [1, 1], 0.5, 'ud'],
    ['less is too little', 'udd', [1, 1, 1], 0.5, 'ddd'],
    ['weights count', 'ud', [3, 1], 0.75, 'ud'],
    ['on both sides', 'ud', [1, 3], 0.5, 'dd'],
    ['degraded and unknown ones are in use', 'g?d', [1, 1, 1], 0.6, 'g?d'],
    ['drained ones are no part', 'udd', [1, 1, 0], 0.5, 'udd'],
    ['nor alone', 'dd', [0, 0], 0.5, 'dd'],
    ['all must be there', 'uud', [1, 1, 1], 1, 'ddd'],
    ['a third of three equal ones is met', 'udd', [0.1, 0.1, 0.1], 1 / 3, 'udd'],
  ])('%s: %s', (_, states, weights, minUp, expected) => {
    const members = [...states].map((each, i) => ({ state: word[each]!, weight: weights[i]! }));
    expect(regionVerdicts(members, minUp).map(letter).join('')).toBe(expected);
  });

  it('takes out all or nothing, and more that is up never takes out more', () => {
    const member = fc.record({
      weight: fc.integer({ min: 0, max: 5 }),
      state: fc.constantFrom<HealthState>('up', 'degraded', 'unknown', 'down'),
    });
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 8 }), share, (members, minUp) => {
        const found = regionVerdicts(members, minUp);
        const own = members.map(({ state }) => state);
        const whole = found.every((state) => state === 'down');
        expect(whole || JSON.stringify(found) === JSON.stringify(own)).toBe(true);
        const better = members.map((one, i) => (i === 0 ? { ...one, state: 'up' as const } : one));
        if (!whole) expect(regionVerdicts(better, minUp).every((state) => state === 'down')).toBe(false);
      }),
    );
  });
});

describe('withinRegion', () => {
  it.each<[HealthState, HealthState | undefined, HealthState]>([
    ['up', undefined, 'up'],
    ['up', 'up', 'up'],
    ['up', 'unknown', 'up'],
    ['up', 'degraded', 'degraded'],
    ['unknown', 'degraded', 'unknown'],
    ['up', 'down', 'down'],
    ['unknown', 'down', 'down'],
    ['down', 'up', 'down'],
  ])('%s in a region that is %s: %s', (own, region, expected) => {
    expect(withinRegion(own, region)).toBe(expected);
  });
});

describe('a region that is checked as a whole', () => {
  const region: Region = {
    ...{ name: 'us-east', title: '', latitude: 0, longitude: 0 },
    check: { monitor, probe: endpoint('x', '10.9.9.9').probe },
  };
  const checked = { ...config(pool('app', addresses(2))), regions: [region] };

  it('has a state of its own, which no endpoint shares', async () => {
    const world = new World();
    world.checker.start(checked, []);
    await world.clock.advance(15_000);
    expect(world.checker.stateOfRegion('us-east')).toMatchObject({ state: 'up' });
    expect(world.checker.stateOfRegion('eu-west')).toBeUndefined();
    world.network.set('10.9.9.9', 'refuses');
    await world.clock.advance(13_000);
    expect(world.checker.stateOfRegion('us-east')).toMatchObject({
      state: 'down',
      lastReason: 'connection refused',
    });
    expect(world.states(0, 2)).toEqual(['up', 'up']);
    expect(world.changes.at(-1)).toMatchObject({ pool: '@us-east', endpoint: 'us-east', to: 'down' });
  });

  it('keeps it over a reload and a restart', async () => {
    const world = new World();
    world.network.set('10.9.9.9', 'refuses');
    world.checker.start(checked, []);
    await world.clock.advance(15_000);
    world.checker.update({ ...checked, pools: [...checked.pools, pool('web', ['10.1.1.1'])] });
    expect(world.checker.stateOfRegion('us-east')!.state).toBe('down');
    const next = new World();
    next.checker.start(checked, world.checker.remember());
    expect(next.checker.stateOfRegion('us-east')!.state).toBe('down');
    next.checker.update(config(...checked.pools));
    expect(next.checker.stateOfRegion('us-east')).toBeUndefined();
  });
});
