import { describe, expect, it } from 'vitest';
import type { Policy, Use } from '../../src/config/policy-model.ts';
import { type Comparison, compare } from '../../src/diff/compare.ts';
import { Situation } from '../steering/situation.ts';
import { countriesOf, peopleShare, plain, type Scene, sideOf, viewOf } from './world.ts';

/** Four equal parts of IPv4 and one country of IPv6. */
const world = countriesOf({
  DE: ['1.0.0.0/16', '2a00::/32'],
  FR: ['2.0.0.0/16', '2a01::/32'],
  US: ['3.0.0.0/16', '2600::/31'],
});
const all = ['DE', 'FR', 'US'];
const regions = ['east', 'west', 'south'];
const pools = {
  east: [['east', 4]],
  west: [['west', 4]],
  south: [['south', 4]],
  all: [
    ['east', 4],
    ['west', 4],
    ['south', 4],
  ],
  pair: [
    ['east', 4],
    ['west', 4],
  ],
  twice: [
    ['east', 4],
    ['west', 4],
    ['south', 4],
    ['south', 4],
  ],
} as const;
const [east, west, south, whole]: Use[] = [{ pool: 0 }, { pool: 1 }, { pool: 2 }, { pool: 3 }];
const europe = viewOf([['1.0.0.0/16', '2.0.0.0/16', '2a00::/15']]);
const germany = viewOf([['1.0.0.0/16', '2a00::/32']]);

function geo(inside: Use | undefined, outside: Use, name = 'app'): Policy {
  return { ...plain, type: 'geo', name, view: 0, branches: [outside, outside, inside] };
}

function shares(weights: readonly (readonly [Use, number])[], name = 'app'): Policy {
  const list = weights.map(([use, weight]) => ({ use, weight }));
  return { ...plain, type: 'weighted', name, by: { kind: 'shares', shares: list } };
}

function draw(pool: keyof typeof pools, answers: number): Policy {
  const by = { kind: 'pool', from: { pool: Object.keys(pools).indexOf(pool) } } as const;
  return { ...plain, answers, type: 'weighted', name: 'app', by };
}

function scene(policies: readonly Policy[], rest: Partial<Scene> = {}): Scene {
  return { regions, pools, policies, views: [europe], ...rest };
}

function diff(before: Scene, now: Scene, only?: ReadonlySet<string>): Comparison {
  return compare(sideOf(before), sideOf(now), { only, countries: () => world });
}

/** The only policy of a comparison. */
function only(before: Scene, now: Scene): Comparison['policies'][number] {
  const { policies } = diff(before, now);
  expect(policies).toHaveLength(1);
  return policies[0]!;
}

describe('compare, where chance has no part', () => {
  it('gives shares of users by people, of networks by number', () => {
    const report = only(scene([geo(east, west!)]), scene([geo(east, west!)], { views: [germany] }));
    expect(report).toMatchObject({ before: 'app', now: 'app', found: 'exact' });
    const french = peopleShare('FR', all);
    expect(report.moves).toHaveLength(1);
    expect(report.moves[0]).toMatchObject({ from: 'east', to: 'west' });
    expect(report.moved.users).toBeCloseTo(french, 12);
    expect(report.moved.ipv4).toBeCloseTo(1 / 3, 12);
    expect(report.moved.ipv6).toBeCloseTo(1 / 4, 12);
    expect(report.moves[0]!.countries).toEqual([{ country: 'FR', users: expect.closeTo(french, 12) }]);
    expect(report.regions.map(({ region }) => region)).toEqual(['east', 'west']);
    expect(report.regions[0]!.before).toBeCloseTo(french + peopleShare('DE', all), 12);
    expect(report.regions[0]!.now).toBeCloseTo(peopleShare('DE', all), 12);
    expect(report.countries.map(({ country, moved, move }) => [country, moved, move])).toEqual([
      ['US', 0, undefined],
      ['DE', 0, undefined],
      ['FR', 1, 0],
    ]);
  });

  it.each<[string, Scene, Scene, [string | undefined, string | undefined][]]>([
    [
      'an answer that is lost',
      scene([geo(east, west!)]),
      scene([geo(undefined, west!)]),
      [['east', undefined]],
    ],
    [
      'an answer that is new',
      scene([geo(undefined, west!)]),
      scene([geo(south, west!)]),
      [[undefined, 'south']],
    ],
    [
      'two moves, the one of more users first',
      scene([geo(east, west!)]),
      scene([geo(west, south!)]),
      [
        ['west', 'south'],
        ['east', 'west'],
      ],
    ],
    ['a drained region', scene([draw('pair', 1)]), drained(), [['east', 'west']]],
  ])('tells %s', (_title, before, now, moves) => {
    expect(only(before, now).moves.map(({ from, to }) => [from, to])).toEqual(moves);
  });

  it('finds nobody who moves, and asks for no country, when trees decide alike', () => {
    const before = scene([geo(east, west!, 'other'), geo(east, west!)]);
    const now = scene([geo(east, west!)], { regions: ['south', 'west', 'east'] });
    const { policies, removed } = compare(sideOf(before), sideOf(now), {
      only: undefined,
      countries: () => expect.fail('nobody had to be placed'),
    });
    expect(policies.map(({ now: name, moves }) => [name, moves])).toEqual([['app', []]]);
    expect(removed).toEqual(['other']);
  });

  it('follows aliases, and asks IPv6 clients for the other family when theirs has nothing', () => {
    const hosts = { a: [['east', 'host']], b: [['west', 'host']] } as const;
    const aliased = { ...scene([geo({ pool: 0 }, { pool: 1 })]), pools: hosts, hosts: 'cname' } as const;
    const addressed = { a: [['east', 4]], b: [['south', 6]] } as const;
    const report = only(aliased, { ...scene([geo({ pool: 0 }, { pool: 1 })]), pools: addressed });
    expect(report.moves.map(({ from, to, ipv4, ipv6 }) => [from, to, ipv4, ipv6])).toEqual([
      ['west', 'south', expect.closeTo(1 / 3, 12), expect.closeTo(1 / 2, 12)],
    ]);
  });

  it('asks policies that decide alike once', () => {
    const twins = (inside: Use) => scene([geo(inside, west!), geo(inside, west!, 'twin')]);
    const [first, second] = diff(twins(east!), twins(south!)).policies;
    expect([first!.now, second!.now].sort()).toEqual(['app', 'twin']);
    expect(second!.moves).toBe(first!.moves);
  });
});

function drained(): Scene {
  return scene([draw('pair', 1)], { situation: new Situation().drain(4, 0) });
}

describe('compare, inside a region', () => {
  const fixed = (use: Use, own: Scene['pools']): Scene => ({
    ...scene([{ ...plain, type: 'failover', name: 'app', tiers: [use] }]),
    pools: own,
  });
  const blue = [['east', 4]] as const;

  it('tells another pool of the same region apart from a move', () => {
    const both = {
      blue,
      green: [
        ['east', 6],
        ['east', 4],
      ],
    } as const;
    const report = only(fixed({ pool: 0 }, both), fixed({ pool: 1 }, both));
    expect([report.moves, report.moved.ipv4]).toEqual([[], 0]);
    expect(report.swaps.map(({ region, text }) => [region, text])).toContainEqual(['east', 'blue → green']);
    expect(report.swapped.ipv4).toBeCloseTo(1, 12);
  });

  it('counts an endpoint more as the part that it draws', () => {
    const one = [['east', 4, 3]] as const;
    const two = [
      ['east', 4, 3],
      ['east', 4, 1],
    ] as const;
    const report = only(fixed({ pool: 0 }, { app: one }), fixed({ pool: 0 }, { app: two }));
    expect(report.swapped.users).toBeCloseTo(1 / 4, 12);
    expect(report.swaps.map(({ text }) => text)).toEqual(['app: e1 is new']);
    const weights = [
      ['east', 4, 1],
      ['east', 4, 1],
    ] as const;
    const other = only(fixed({ pool: 0 }, { app: two }), fixed({ pool: 0 }, { app: weights }));
    expect(other.swapped.users).toBeCloseTo(1 / 4, 12);
    expect(other.swaps.map(({ text }) => text)).toEqual(['app: other weights']);
  });

  it('takes the same addresses under another name of the pool for no change', () => {
    const report = only(fixed({ pool: 0 }, { blue }), fixed({ pool: 0 }, { green: blue }));
    expect([report.moves, report.swaps]).toEqual([[], []]);
  });
});

describe('compare, where chance decides', () => {
  it.each<[string, Policy, Policy, number]>([
    [
      '90/10 that becomes 80/20',
      shares([
        [east!, 90],
        [west!, 10],
      ]),
      shares([
        [east!, 80],
        [west!, 20],
      ]),
      0.1,
    ],
    [
      'a third one for a tenth',
      shares([
        [east!, 45],
        [west!, 45],
      ]),
      shares([
        [east!, 45],
        [west!, 45],
        [south!, 10],
      ]),
      0.1,
    ],
    ['one more region in a draw of several', draw('pair', 2), draw('twice', 2), 0.5],
    ['one answer that becomes two', draw('all', 1), draw('all', 2), 0],
  ])('%s moves as few as it must', (_title, before, now, moved) => {
    const { policies } = diff(scene([before]), scene([now]));
    expect(policies[0]!.moved.users).toBeCloseTo(moved, 2);
  });

  it('takes other policies, another order and another name for no change of a draw', () => {
    const both = [
      [east!, 50],
      [west!, 50],
    ] as const;
    const before = scene([shares(both)], { steer: { 'www.example': 'app' } });
    const now = scene([geo(east, west!, 'new'), shares(both, 'renamed')], {
      steer: { 'www.example': 'renamed' },
    });
    const { policies, added, removed } = diff(before, now);
    expect(policies.map(({ before: a, now: b, moved }) => [a, b, moved.users])).toEqual([
      ['app', 'renamed', 0],
    ]);
    expect([added, removed]).toEqual([['new', 'renamed'], ['app']]);
  });

  it('sees a canary around a policy that draws as the share of the canary', () => {
    const both = [
      [east!, 50],
      [west!, 50],
    ] as const;
    const before = scene([shares(both)], { steer: { 'www.example': 'app' } });
    const canary = shares(
      [
        [{ policy: 0 }, 95],
        [south!, 5],
      ],
      'canary',
    );
    const report = only(before, scene([shares(both), canary], { steer: { 'www.example': 'canary' } }));
    expect(report).toMatchObject({ before: 'app', now: 'canary', found: 'sampled' });
    expect(report.moved.users).toBeCloseTo(0.05, 2);
    expect(report.moves.map(({ to }) => to)).toEqual(['south', 'south']);
  });

  it('hashes prefixes: a region more gets its part, and nobody else moves', () => {
    const hash = (list: readonly Use[]): Policy => ({
      ...plain,
      type: 'hash',
      name: 'app',
      on: 'client',
      among: { kind: 'list', list },
    });
    const report = only(scene([hash([east!, west!])]), scene([hash([east!, west!, south!])]));
    expect(report.found).toBe('sampled');
    expect(report.moved.ipv4).toBeCloseTo(1 / 3, 2);
    expect(report.moved.ipv6).toBeCloseTo(1 / 3, 2);
    expect(report.moves.map(({ to }) => to)).toEqual(['south', 'south']);
  });

  it('lets in as many as the share of a region says', () => {
    const order: Policy = { ...plain, type: 'failover', name: 'app', tiers: [east!, west!] };
    const near: Policy = {
      ...plain,
      type: 'hash',
      name: 'app',
      on: 'client',
      among: { kind: 'regions', from: whole! },
    };
    const quarter = new Situation().setShare(3, 0, 16_384);
    expect(only(scene([order]), scene([order])).moved.users).toBe(0);
    const report = only(scene([near]), scene([near], { situation: quarter }));
    expect(report.moved.users).toBeCloseTo((1 / 3) * (3 / 4), 2);
  });
});

describe('compare, where labels decide', () => {
  const home = (unknown: Use | undefined): Policy => ({
    ...plain,
    type: 'home',
    name: 'app',
    from: whole!,
    owners: 0,
    standing: new Map(),
    unknown,
  });

  it('asks each owner as often as the others', () => {
    const owners = (c: number) => [{ a: 0, b: 1, c, d: 2 }];
    const report = only(
      scene([home(undefined)], { owners: owners(0) }),
      scene([home(undefined)], { owners: owners(1) }),
    );
    expect(report.found).toBe('labels');
    expect(report.moves).toHaveLength(1);
    expect(report.moves[0]).toMatchObject({ from: 'east', to: 'west' });
    expect(report.moved.users).toBeCloseTo(1 / 4, 12);
  });

  it('makes labels up where nobody owns any', () => {
    const hash = (list: readonly Use[]): Policy => ({
      ...plain,
      type: 'hash',
      name: 'app',
      on: 'label',
      among: { kind: 'list', list },
    });
    const report = only(scene([hash([east!])]), scene([hash([east!, west!])]));
    expect(report.found).toBe('labels');
    expect(report.moved.users).toBeCloseTo(1 / 2, 1);
  });
});

describe('compare, by name', () => {
  const a = geo(east, west!, 'a');
  const b = geo(south, west!, 'b');

  it('pairs what a name was steered by with what it is steered by', () => {
    const before = scene([a, b], {
      steer: { 'www.example': 'a', 'api.example': 'a', 'old.example': 'b', 'x.example': 'b' },
    });
    const now = scene([a, b], {
      steer: { 'www.example': 'b', 'API.example': 'b', 'x.example': 'b', 'new.example': 'a' },
    });
    const { policies, addedNames, removedNames } = diff(before, now);
    expect(policies.map((report) => [report.before, report.now, report.names, report.moves.length])).toEqual([
      ['a', 'b', { count: 2, first: 'www.example' }, 1],
      ['b', 'b', { count: 1, first: 'x.example' }, 0],
      ['a', 'a', { count: 0, first: undefined }, 0],
    ]);
    expect([addedNames, removedNames]).toEqual([1, ['old.example']]);
  });

  it('leaves out policies that are not asked for', () => {
    const both = scene([a, b]);
    expect(diff(both, both, new Set(['b'])).policies.map(({ now }) => now)).toEqual(['b']);
    const fewer = scene([a, b], { steer: { 'a.example': 'a' } });
    expect(diff(both, fewer, new Set(['a'])).removedNames).toEqual([]);
    expect(diff(both, fewer, new Set(['b'])).removedNames).toEqual(['b.example']);
  });
});
