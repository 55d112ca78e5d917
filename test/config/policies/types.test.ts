import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/config/policy-model.ts';
import { keyText } from '../../../src/geo/key-text.ts';
import type { View } from '../../../src/geo/views.ts';
import { configOf, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

const files = {
  [resolve('rtt.csv')]: 'client,region,milliseconds\nAS64500,b,12.5\nDE,a,3\n',
  [resolve('owners.csv')]: 'key,region\nAlice,a\nbob,b\n',
};

/** The last policy of those on the lines, which come after policy 0 `both`, and the config around it. */
function read(...lines: string[]) {
  const config = configOf(withPolicies(...lines), files);
  const policy = config.policies[lines.length]!;
  return { config, policy, view: (index: number) => showView(config.views[index]!) };
}

function showView(view: View): unknown {
  if (view.kind === 'match') return view.entries.map(({ keys }) => keys.map(keyText).join());
  if (view.kind === 'distance') return view.bias;
  return view.table.rows.map(({ client, region, milliseconds }) => [keyText(client), region, milliseconds]);
}

const [p, q] = [{ pool: 0 }, { pool: 1 }];
const near = 'near: { type: nearest, pool: p }';
const viaNear = { policy: 1 };

/** By type: the policy, and what of it is its own. */
const types: [string, Partial<Policy>][] = [
  ['{ type: nearest, pool: p, spread: each-region }', { type: 'nearest', from: p, spread: 'each-region' }],
  ['{ type: nearest, pool: near }', { type: 'nearest', from: viaNear, spread: 'fill' }],
  ['{ type: nearest, pool: both }', { from: { pool: 2 } }],
  ['{ type: nearest, pool: "policy:both" }', { from: { policy: 0 } }],
  [
    '{ type: latency, pool: p, table: rtt.csv, spread: one-region }',
    { type: 'latency', from: p, spread: 'one-region' },
  ],
  [
    '{ type: failover, order: [ p, near, "policy:both", "pool:both" ] }',
    { tiers: [p, viaNear, { policy: 0 }, { pool: 2 }] },
  ],
  [
    '{ type: failover, pool: p, order: [ pb, a ] }',
    {
      tiers: [
        { pool: 0, endpoints: [1] },
        { pool: 0, endpoints: [0] },
      ],
    },
  ],
  ['{ type: weighted, pool: near }', { by: { kind: 'pool', from: viaNear } }],
  [
    '{ type: weighted, shares: { p: 90, near: 0 } }',
    {
      by: {
        kind: 'shares',
        shares: [
          { use: p, weight: 90 },
          { use: viaNear, weight: 0 },
        ],
      },
    },
  ],
  ['{ type: hash, pool: p }', { type: 'hash', among: { kind: 'regions', from: p }, on: 'client' }],
  [
    '{ type: hash, among: [ p, near ], on: label }',
    { among: { kind: 'list', list: [p, viaNear] }, on: 'label' },
  ],
  ['{ type: multi, pool: p }', { type: 'multi', from: p, order: 'shuffled', answers: 4 }],
  ['{ type: multi, pool: p, answers: 2, order: ordered }', { order: 'ordered', answers: 2 }],
  [
    '{ type: home, pool: p, owners: owners.csv, unknown: near }',
    { type: 'home', from: p, owners: 0, standing: new Map(), unknown: viaNear },
  ],
  [
    '{ type: home, pool: p, owners: owners.csv, unknown: none, regions: { b: near } }',
    { standing: new Map([[1, viaNear]]) },
  ],
  ['{ type: home, pool: p, owners: owners.csv, unknown: none }', { unknown: undefined }],
];

describe('types of policies', () => {
  it.each(types)('%s', (text, own) => {
    expect(read(near, `f: ${text}`).policy).toMatchObject(own);
  });

  it('nearest: biases make a view of their own', () => {
    const { policy, view, config } = read(near, 'f: { type: nearest, pool: p, bias: { c: -99, a: 20 } }');
    expect(policy).toMatchObject({ view: 1 });
    expect(view(1)).toEqual([20, 0, -99, 0]);
    expect(config.views).toHaveLength(2);
  });

  it('latency: the same table is one view', () => {
    const { config, view } = read(
      'f: { type: latency, pool: p, table: rtt.csv }',
      'g: { type: latency, pool: q, table: rtt.csv }',
    );
    expect(config.policies.slice(1, 3)).toMatchObject([{ view: 1 }, { view: 1 }]);
    expect(view(1)).toEqual([
      ['AS64500', 1, 12.5],
      ['DE', 0, 3],
    ]);
  });

  it('geo: clients that get the same share an entry', () => {
    const map =
      '{ EU: q, AF: p, NA-US: p, US-CA: q, CN: none, AS64500: near, 192.0.2.0/24: near, default: p }';
    const { policy, view } = read(near, `f: { type: geo, map: ${map}, unknown: none }`);
    expect(policy).toMatchObject({ branches: [undefined, p, viaNear, undefined, p, q] });
    expect(view(1)).toEqual(['192.0.2.0/24,AS64500', 'CN', 'US,continent AF', 'US-CA,continent EU']);
  });

  it('geo: clients that no database has get what all others get, unless said', () => {
    expect(read('f: { type: geo, map: { EU: q, default: p } }').policy).toMatchObject({
      branches: [p, p, q],
    });
  });

  it('geo: maps that differ in order alone are one view', () => {
    const { config } = read(
      'f: { type: geo, map: { EU: q, US: p, default: p } }',
      'g: { type: geo, map: { US: q, EU: p, default: p } }',
    );
    expect(config.policies.slice(1, 3)).toMatchObject([
      { view: 1, branches: [p, p, p, q] },
      { view: 1, branches: [p, p, q, p] },
    ]);
  });

  it('home: reads the owners', () => {
    const { config } = read('f: { type: home, pool: p, owners: owners.csv, unknown: none }');
    expect(config.owners).toEqual([
      {
        owners: new Map([
          ['alice', 0],
          ['bob', 1],
        ]),
      },
    ]);
  });

  it('schedule: windows with their own time zone, days and hours', () => {
    const windows = [
      '{ days: mon-fri, from: "08:00", to: "18:00", use: q }',
      '{ days: [ sat, sun ], from: "22:00", to: "06:00", use: near }',
      '{ days: fri-mon, time-zone: Asia/Tokyo, use: q }',
      '{ to: "24:00", days: [ wed, mon-tue ], use: q }',
    ];
    const { policy } = read(
      near,
      `f: { type: schedule, time-zone: Europe/Berlin, windows: [ ${windows.join()} ], default: p }`,
    );
    const timeZone = 'Europe/Berlin';
    expect(policy).toMatchObject({
      otherwise: p,
      windows: [
        { use: q, when: { timeZone, days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080 } },
        { use: viaNear, when: { timeZone, days: [6, 7], fromMinute: 1320, toMinute: 360 } },
        { use: q, when: { timeZone: 'Asia/Tokyo', days: [1, 5, 6, 7], fromMinute: 0, toMinute: 1440 } },
        { use: q, when: { timeZone, days: [1, 2, 3], fromMinute: 0, toMinute: 1440 } },
      ],
    });
  });

  it('split: rules with each condition, and equal clients in one view', () => {
    const rules = [
      '{ clients: [ EU, AS64500, 10.0.0.0/8 ], type: AAAA, during: { days: sat }, use: q }',
      '{ clients: [ 10.0.0.0/8, EU, AS64500 ], use: p }',
      '{ type: A, use: near }',
    ];
    const { policy, view } = read(near, `f: { type: split, rules: [ ${rules.join()} ], default: p }`);
    const when = { timeZone: 'UTC', days: [6], fromMinute: 0, toMinute: 1440 };
    expect(policy).toMatchObject({
      otherwise: p,
      rules: [
        { clients: { view: 1 }, family: 6, when, use: q },
        { clients: { view: 1 }, family: undefined, when: undefined, use: p },
        { clients: undefined, family: 4, when: undefined, use: viaNear },
      ],
    });
    expect(view(1)).toEqual(['10.0.0.0/8,AS64500,continent EU']);
  });

  it('reads the keys of every policy', () => {
    const keys = 'ttl: { min: 5s, max: 1m }, all-down: servfail, fallback: q, families: apart, answers: 3';
    expect(read(`f: { type: nearest, pool: p, ${keys} }`).policy).toMatchObject({
      ...{ ttl: { minSeconds: 5, maxSeconds: 60 }, allDown: 'servfail', fallback: q, families: 'apart' },
      ...{ answers: 3, residency: undefined },
    });
  });

  it('numbers the ways in which names are steered by their use', () => {
    const { config } = read(near, 'f: { type: nearest, pool: q }');
    expect(config.steerings.map(({ policy }) => policy)).toEqual([0, 1, 2, 3]);
    expect(config.zones[0]!.steer.map(({ steering }) => steering)).toEqual([0, 1, 2, 3]);
  });
});

/** A policy `f` on line 9 → what is wrong with it. */
const faults: [string, string[]][] = [
  [
    '{ type: failover, order: [ p, both, x, "pool:near", "policy:p" ] }',
    [
      '9:36: `both` is a pool and a policy; write `pool:both` or `policy:both` [CONFIG_REFERENCE]',
      '9:42: `x` is neither a pool nor a policy; defined: p, q, both, zz [CONFIG_REFERENCE]',
      '9:45: pool `near` is not defined; defined: p, q, both [CONFIG_REFERENCE]',
      '9:58: policy `p` is not defined; defined: both, f, zz [CONFIG_REFERENCE]',
    ],
  ],
  ['{ type: failover, order: [ p, "pool:p" ] }', ['9:36: pool `p` stands here already [CONFIG_DUPLICATE]']],
  [
    '{ type: failover }',
    ['9:3: `order` is missing; wanted a list of pools and policies, or `pool` [CONFIG_MISSING]'],
  ],
  [
    '{ type: failover, pool: zz }',
    [
      '9:30: `pool` of a failover is a pool, and policy `zz` is none; write it into `order`, without `pool` [CONFIG_REFERENCE]',
    ],
  ],
  [
    '{ type: failover, pool: p, order: [ q ] }',
    [
      '9:42: `q` is neither an endpoint of pool `p` nor a region; for an order of pools and policies leave `pool` out [CONFIG_REFERENCE]',
    ],
  ],
  [
    '{ type: weighted }',
    ['9:3: `pool` is missing; wanted the name of a pool or policy, or `shares` [CONFIG_MISSING]'],
  ],
  [
    '{ type: weighted, pool: p, shares: { q: 1 } }',
    ['9:41: `shares`: found a mapping, wanted none beside `pool` [CONFIG_VALUE]'],
  ],
  [
    '{ type: weighted, shares: { p: 0, q: 0 } }',
    ['9:32: `shares` sum up to 0; wanted one that takes a share [CONFIG_VALUE]'],
  ],
  [
    '{ type: weighted, shares: { p: 1001, "pool:p": 1 } }',
    ['9:37: `p`: found 1001, wanted a whole number from 0 to 1000 [CONFIG_VALUE]'],
  ],
  [
    '{ type: weighted, within: region, shares: { p: 1 } }',
    ['9:32: `within`: found "region", wanted none beside `shares` [CONFIG_VALUE]'],
  ],
  [
    '{ type: weighted, shares: { p: 1, "pool:p": 1 } }',
    ['9:40: pool `p` stands here already [CONFIG_DUPLICATE]'],
  ],
  [
    '{ type: weighted, shares: {} }',
    [
      '9:32: `shares`: found a mapping, wanted a mapping of 1 to 256 pools or policies to whole numbers from 0 to 1000 [CONFIG_VALUE]',
    ],
  ],
  ['{ type: hash, among: [ p, p ] }', ['9:32: pool `p` stands here already [CONFIG_DUPLICATE]']],
  [
    '{ type: hash }',
    ['9:3: `pool` is missing; wanted the name of a pool or policy, or `among` [CONFIG_MISSING]'],
  ],
  [
    '{ type: multi, pool: zz, order: ordered }',
    ['9:38: `ordered` is for the endpoints of a pool; policy `zz` has an order of its own [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, bias: { a: 100, b: -99, d: 1 } }',
    ['9:43: `a`: found 100, wanted a whole number from -99 to 99 [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, bias: { aa: 10 } }',
    ['9:40: region `aa` is not defined; did you mean `a`? [CONFIG_REFERENCE]'],
  ],
  [
    '{ type: nearest, pool: p, ttl: { min: 2m, max: 60s } }',
    ['9:44: `min` (120 s) is longer than `max` (60 s) [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, ttl: { mim: 5s, max: 60 } }',
    [
      '9:32: `min` is missing; wanted a duration such as `500ms`, `10s`, `5m` or `1h` [CONFIG_MISSING]',
      '9:39: unknown key `mim`; did you mean `min`? [CONFIG_KEY]',
      '9:53: `max`: found 60, wanted a unit with the number: `ms`, `s`, `m` or `h` [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: geo, map: { EU: q } }',
    ['9:19: `default` is missing; wanted the name of a pool or policy, or `none` [CONFIG_MISSING]'],
  ],
  [
    '{ type: geo, map: { US: q, NA-US: p, EU-US: q, 10.0.0.0/8: p, 10.0.0.1/8: q, default: p } }',
    [
      '9:33: `NA-US` is the same as `US` [CONFIG_DUPLICATE]',
      '9:43: `EU-US` names no clients: US is in NA, not in EU; write NA-US [CONFIG_VALUE]',
      '9:68: `10.0.0.1/8` names no clients: bits are set past its length: 10.0.0.0/8 [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: geo, map: { "2001:db8::/32": q, "2001:DB8::/32": p, default: p } }',
    ['9:46: `2001:DB8::/32` is the same as `2001:db8::/32` [CONFIG_DUPLICATE]'],
  ],
  [
    '{ type: home, pool: p, owners: owners.csv }',
    [
      '9:3: `unknown` is missing; wanted the name of a pool or policy, or `none`: a label that nobody owns must not end up anywhere by chance [CONFIG_MISSING]',
    ],
  ],
  [
    '{ type: home, pool: p, owners: owner.csv, unknown: none }',
    ['9:37: cannot read `owner.csv`: no such file [CONFIG_READ]'],
  ],
  [
    '{ type: schedule, time-zone: Europe/Berln, windows: [ { use: p } ], default: q }',
    [
      '9:35: `time-zone`: found "Europe/Berln", wanted the name of a time zone, such as `Europe/Berlin` or `UTC`; did you mean `Europe/Berlin`? [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: schedule, windows: [ { days: [ mon, tus ], from: "8:00", to: "24:30", use: p } ], default: q }',
    [
      '9:50: `days[1]`: found "tus", wanted `mon` … `sun`, a range such as `mon-fri`, or a list of them [CONFIG_VALUE]',
      '9:63: `from`: found "8:00", wanted a time of day from "00:00" to "24:00" [CONFIG_VALUE]',
      '9:75: `to`: found "24:30", wanted a time of day from "00:00" to "24:00" [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: schedule, windows: [ { days: mon-fri-sun, use: p, time-zone: "+02:00" } ], default: q }',
    [
      '9:43: `days`: found "mon-fri-sun", wanted `mon` … `sun`, a range such as `mon-fri`, or a list of them [CONFIG_VALUE]',
      '9:75: `time-zone`: found "+02:00", wanted the name of a time zone, such as `Europe/Berlin` or `UTC` [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: split, rules: [ { type: A, during: { form: "08:00" }, usee: p } ], default: q }',
    [
      '9:30: `use` is missing; wanted the name of a pool or policy [CONFIG_MISSING]',
      '9:51: unknown key `form`; did you mean `from`? [CONFIG_KEY]',
      '9:68: unknown key `usee`; did you mean `use`? [CONFIG_KEY]',
    ],
  ],
  [
    '{ type: split, rules: [ { use: p }, { clients: EU, use: q } ], default: q }',
    [
      '9:30: the rule has no condition, so the rules behind it and `default` are never reached; give it one, or make it the `default` [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: split, rules: [ { use: p } ], default: q }',
    [
      '9:30: the rule has no condition, so `default` is never reached; give it one, or make it the `default` [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: split, rules: [ { clients: US, use: p }, { type: A, use: p }, { clients: [ NA-US ], use: q } ], default: q }',
    ['9:76: the rule is never reached: `rules[0]` has the same conditions [CONFIG_VALUE]'],
  ],
  [
    '{ type: split, rules: [ { clients: [ EU, eu, 5 ], use: p }, { clients: UK, type: MX, use: q } ], default: q }',
    [
      '9:51: `clients[2]`: found 5, wanted a network (192.0.2.0/24), an AS number (AS64500), a continent (EU), a country (NA-US or US), a subdivision (US-CA), EU27 or EEA [CONFIG_VALUE]',
      '9:87: `type`: found "MX", wanted one of A, AAAA [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: split, rules: [ { clients: [ EU, eu ], use: p }, { clients: UK, use: q } ], default: q }',
    [
      '9:47: `eu` names no clients: did you mean EU? [CONFIG_VALUE]',
      '9:74: `UK` names no clients: UK is no country; did you mean GB? [CONFIG_VALUE]',
    ],
  ],
];

describe('faults of policies', () => {
  it.each(faults)('%s', (text, problems) => {
    expect(problemsOf(withPolicies(`f: ${text}`), files)).toEqual(problems);
  });

  it('warns of a window that those before it cover', () => {
    const windows = [
      '{ days: mon-wed, use: p }',
      '{ days: [ thu, fri ], from: "08:00", use: p }',
      '{ days: tue-thu, from: "12:00", to: "13:00", use: q }',
      '{ days: thu, from: "07:59", to: "08:30", use: q }',
      '{ days: mon, time-zone: Asia/Tokyo, use: q }',
      '{ use: q }',
      '{ days: mon, time-zone: Asia/Tokyo, from: "03:00", use: q }',
    ];
    const text = `f: { type: schedule, windows: [ ${windows.join()} ], default: q }`;
    const at = (window: number) =>
      3 + 'f: { type: schedule, windows: [ '.length + windows.slice(0, window).join().length + 1;
    expect(problemsOf(withPolicies(text))).toEqual(
      [2, 6].map(
        (window) =>
          `9:${at(window)}: warning: this window never holds: those before it cover all of it [CONFIG_UNUSED]`,
      ),
    );
  });

  it('tells what makes views differ when there are too many', () => {
    const many = Array.from({ length: 66 }, (_, i) => `f${i}: { type: nearest, pool: p, bias: { a: ${i} } }`);
    const told = problemsOf(withPolicies(...many));
    // Bias 0 is the view of policy `both`.
    expect(told.map((line) => line.slice(0, 6))).toEqual(['73:40:', '74:40:']);
    expect(told[0]).toBe(
      '73:40: more than 64 different maps of clients; they differ by the biases of regions, the tables of `latency`, and the clients that lead to one thing in `map`, `residency` and `clients` [CONFIG_VALUE]',
    );
  });
});
