import { describe, expect, it } from 'vitest';
import { configOf, problemsOf } from './load-text.ts';

const yaml = (keys: string, monitor = 'monitor: w, ') =>
  `regions: { a: { location: [ 0, 0 ] }, b: { location: [ 1, 1 ] }, idle: { location: [ 2, 2 ] } }
monitors: { w: { type: http } }
pools:
  p: { ${monitor}${keys}, endpoints: [ { name: e, region: a, address: 192.0.2.1 }, { name: f, region: b, address: 192.0.2.2 } ] }
policies: { n: { type: nearest, pool: p } }
zones: [ { name: example.com, file: z, steer: { n: n } } ]
`.replace(
    'monitors: { w: { type: http } }',
    monitor === '' ? 'monitors: {}' : 'monitors: { w: { type: http } }',
  );
const pool = (keys: string) => configOf(yaml(keys)).pools[0]!;
const problems = (keys: string, monitor?: string) =>
  problemsOf(yaml(keys, monitor)).map((line) => {
    const [, row, column, rest] = /^(\d+):(\d+): (.*)$/.exec(line)!;
    const from = '  p: { '.length + (monitor ?? 'monitor: w, ').length;
    return `${row === '4' ? Number(column) - from : `${row}:${column}`}: ${rest}`;
  });

describe('bounds of a pool', () => {
  it('has none by default', () => {
    expect(pool('floor: { regions: 1 }')).toMatchObject({ rampMs: undefined, capacities: [] });
    expect(pool('ramp: 5m')).toMatchObject({ rampMs: 300_000, floor: undefined });
  });

  it('reads the least share of a region', () => {
    expect(pool('min-up: 50%').minUp).toBe(0.5);
    expect(pool('ramp: 5m').minUp).toBeUndefined();
    expect(problems('min-up: 50%', '').join()).toContain('`min-up` has no use: pool `p` has no monitor');
    expect(problems('min-up: 0%').join()).toContain('wanted a percentage from 1% to 100%');
  });

  it('reads floors', () => {
    expect(pool('floor: { regions: 2 }').floor).toEqual({ regions: 2, capacity: 0 });
    expect(pool('floor: { capacity: 60% }').floor).toEqual({ regions: 0, capacity: 0.6 });
  });

  it('reads capacities with what tells the load', () => {
    const sources = [
      'a: { capacity: 1000, load: 600, low: 70%, high: 90% }',
      'b: { capacity: 0.5, load: { prometheus: "http://127.0.0.1:9090", query: "sum(rate(x[1m]))", every: 5s, keep: 30s } }',
    ];
    expect(pool(`capacity: { ${sources.join()} }`).capacities).toEqual([
      { region: 0, capacity: 1000, low: 0.7, high: 0.9, load: { kind: 'static', load: 600 } },
      {
        ...{ region: 1, capacity: 0.5, low: 0.8, high: 1 },
        load: {
          ...{ kind: 'prometheus', url: 'http://127.0.0.1:9090', query: 'sum(rate(x[1m]))' },
          ...{ everyMs: 5_000, keepMs: 30_000 },
        },
      },
    ]);
    const pages = [
      `a: { capacity: 1, load: { metric: "https://10.0.0.1/metrics", name: 'inflight{job="a"}' } }`,
      'b: { capacity: 1, load: { json: "http://10.0.0.1/status", path: load.now } }',
    ];
    const times = { everyMs: 10_000, keepMs: 60_000 };
    expect(pool(`capacity: { ${pages.join()} }`).capacities.map(({ load }) => load)).toEqual([
      { kind: 'metric', url: 'https://10.0.0.1/metrics', query: 'inflight{job="a"}', ...times },
      { kind: 'json', url: 'http://10.0.0.1/status', query: 'load.now', ...times },
    ]);
  });

  it.each([
    ['floor: {}', ['1: `regions` is missing; wanted it, or `capacity` [CONFIG_MISSING]']],
    [
      'floor: { regions: 3 }',
      ['19: pool `p` has endpoints in 2 regions and never meets a floor of 3 [CONFIG_VALUE]'],
    ],
    ['floor: { regions: 0 }', ['19: `regions`: found 0, wanted a whole number from 1 to 255 [CONFIG_VALUE]']],
    [
      'floor: { capacity: 101% }',
      ['20: `capacity`: found "101%", wanted a percentage from 1% to 100% [CONFIG_VALUE]'],
    ],
    ['floor: 2', ['8: `floor`: found 2, wanted a mapping with `regions` or `capacity` [CONFIG_VALUE]']],
    ['ramp: 25h', ['7: `ramp`: found "25h", wanted a duration from 1s to 24h [CONFIG_VALUE]']],
    [
      'capacity: { x: { capacity: 1, load: 1 } }',
      ['13: region `x` is not defined; defined: a, b, idle [CONFIG_REFERENCE]'],
    ],
    [
      'capacity: { idle: { capacity: 1, load: 1 } }',
      ['13: pool `p` has no endpoint in region `idle` [CONFIG_REFERENCE]'],
    ],
    [
      'capacity: { a: { capacity: 1, load: 1, low: 29%, high: 28.5% } }',
      ['45: `low` (29%) is above `high` (28.5%) [CONFIG_VALUE]'],
    ],
    [
      'capacity: { a: { capacity: 0, laod: 1 } }',
      [
        '13: `load` is missing; wanted a number, or a mapping with `prometheus`, `metric` or `json` [CONFIG_MISSING]',
        '28: `capacity`: found 0, wanted a number from 0.000001 to 1000000000000 [CONFIG_VALUE]',
        '31: unknown key `laod`; did you mean `load`? [CONFIG_KEY]',
      ],
    ],
    [
      'capacity: { a: { capacity: 1, load: {} } }',
      ['31: `prometheus` is missing; wanted it, `metric` or `json` [CONFIG_MISSING]'],
    ],
    [
      'capacity: { a: { capacity: 1, load: { metric: "http://h/" } } }',
      ['31: `name` is missing beside `metric` [CONFIG_MISSING]'],
    ],
    [
      'capacity: { a: { capacity: 1, load: { metric: "http://h/", name: x, json: "http://h/", path: y, query: z } } }',
      [
        '69: `json` stands beside `metric`; write one of them [CONFIG_KEY]',
        '97: `query` goes with `prometheus` [CONFIG_KEY]',
      ],
    ],
    [
      'capacity: { a: { capacity: 1, load: { json: "http://h/", path: y, every: 1m, keep: 30s } } }',
      ['84: `keep` (30000 ms) is shorter than `every` (60000 ms) [CONFIG_VALUE]'],
    ],
    [
      'capacity: { a: { capacity: 1, load: { json: "http://ann:secret@h/", path: y } } }',
      [
        '45: `json`: found something else, wanted an http or https URL without user and password [CONFIG_VALUE]',
      ],
    ],
    [
      'capacity: { a: { capacity: 1, load: { json: "file:///etc/passwd", path: y, evry: 1s } } }',
      [
        '45: `json`: found something else, wanted an http or https URL without user and password [CONFIG_VALUE]',
        '76: unknown key `evry`; did you mean `every`? [CONFIG_KEY]',
      ],
    ],
  ])('refuses %s', (keys, told) => {
    expect(problems(keys)).toEqual(told);
  });

  it('misses nothing of a pool whose endpoints have faults', () => {
    const text = yaml('floor: { regions: 2 }, capacity: { b: { capacity: 1, load: 1 } }');
    expect(problemsOf(text.replace('region: b', 'region: bb'))).toEqual([
      expect.stringContaining('region `bb` is not defined; did you mean `b`?'),
    ]);
  });

  it('refuses a share of a weight that is not there', () => {
    const text = yaml('floor: { capacity: 10% }').replaceAll('address', 'weight: 0, address');
    expect(problemsOf(text)).toEqual([
      '4:39: every endpoint of pool `p` has weight 0, so no share of its weight can stay [CONFIG_VALUE]',
    ]);
  });

  it('warns of what has no use without checks', () => {
    expect(problems('ramp: 1m, floor: { regions: 1 }', '')).toEqual([
      '1: warning: `ramp` has no use: pool `p` has no monitor [CONFIG_UNUSED]',
      '11: warning: `floor` has no use: pool `p` has no monitor [CONFIG_UNUSED]',
    ]);
  });
});
