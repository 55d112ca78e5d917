import { describe, expect, it } from 'vitest';
import { configOf, problemsOf } from './load-text.ts';

const yaml = (...overrides: string[]) => `regions: { a: { location: [ 0, 0 ] }, idle: { location: [ 2, 2 ] } }
pools: { p: { endpoints: [ { name: e, region: a, address: 192.0.2.1 }, { name: f, region: a, address: 192.0.2.2 } ] } }
policies: { n: { type: nearest, pool: p } }
zones: [ { name: example.com, file: z, steer: { n: n } } ]
overrides:
${overrides.map((line) => `  - ${line}\n`).join('')}`;

describe('overrides', () => {
  it('says what people decide of a region, of a region of a pool, or of an endpoint', () => {
    const config = configOf(
      yaml(
        '{ region: a, action: down, reason: "change 4711", owner: ann, until: 2026-12-01T10:00:00.5Z }',
        '{ pool: p, region: a, action: up, reason: x }',
        '{ pool: p, endpoint: f, action: drain, reason: y, until: 2026-12-01T10:00+01:00 }',
      ),
    );
    const none = {
      region: undefined,
      pool: undefined,
      endpoint: undefined,
      owner: undefined,
      untilSeconds: undefined,
    };
    expect(config.overrides).toEqual([
      {
        ...none,
        action: 'down',
        region: 0,
        reason: 'change 4711',
        owner: 'ann',
        untilSeconds: Date.UTC(2026, 11, 1, 10) / 1_000 + 1,
      },
      { ...none, action: 'up', pool: 0, region: 0, reason: 'x' },
      {
        ...none,
        action: 'drain',
        pool: 0,
        endpoint: 1,
        reason: 'y',
        untilSeconds: Date.UTC(2026, 11, 1, 9) / 1_000,
      },
    ]);
  });

  it.each([
    [
      '{ region: a, action: down }',
      '6:5: `reason` is missing; wanted why, in at most 1000 characters on one line: who finds it later must know whether it still holds [CONFIG_MISSING]',
    ],
    [
      '{ region: a, action: down, reason: "" }',
      '6:40: `reason`: found "", wanted why, in at most 1000 characters on one line: who finds it later must know whether it still holds [CONFIG_VALUE]',
    ],
    [
      '{ region: b, action: down, reason: x }',
      '6:15: region `b` is not defined; defined: a, idle [CONFIG_REFERENCE]',
    ],
    [
      '{ action: down, reason: x }',
      '6:5: `region` is missing; wanted the name of a region, or `endpoint` [CONFIG_MISSING]',
    ],
    [
      '{ pool: p, action: down, reason: x }',
      '6:5: `region` is missing; wanted the name of a region, or `endpoint` [CONFIG_MISSING]',
    ],
    [
      '{ endpoint: e, action: down, reason: x }',
      '6:5: `pool` is missing; wanted the name of a pool: an endpoint has its name within one [CONFIG_MISSING]',
    ],
    [
      '{ pool: p, region: a, endpoint: e, action: down, reason: x }',
      '6:37: `endpoint`: found "e", wanted none beside `region` [CONFIG_VALUE]',
    ],
    [
      '{ pool: p, endpoint: ee, action: down, reason: x }',
      '6:26: pool `p` has no endpoint `ee`; did you mean `e`? [CONFIG_REFERENCE]',
    ],
    [
      '{ pool: p, region: idle, action: down, reason: x }',
      '6:24: pool `p` has no endpoint in region `idle` [CONFIG_REFERENCE]',
    ],
    [
      '{ pool: q, endpoint: e, action: down, reason: x }',
      '6:13: pool `q` is not defined; defined: p [CONFIG_REFERENCE]',
    ],
    [
      '{ region: a, action: dwon, reason: x }',
      '6:26: `action`: found "dwon", wanted one of drain, down, up; did you mean `down`? [CONFIG_VALUE]',
    ],
    [
      '{ region: a, action: up, reason: x, until: tomorrow }',
      '6:48: `until`: found "tomorrow", wanted a time with its zone, such as 2026-12-01T10:00:00Z [CONFIG_VALUE]',
    ],
    [
      '{ region: a, action: up, reason: x, until: 2026-12-01T10:00:00 }',
      '6:48: `until`: found "2026-12-01T10:00:00", wanted a time with its zone, such as 2026-12-01T10:00:00Z [CONFIG_VALUE]',
    ],
    [
      '{ region: a, action: up, reason: x, until: 2025-12-31T23:59:59Z }',
      '6:48: warning: the override has expired; take it out [CONFIG_UNUSED]',
    ],
    [
      '{ region: 5, action: up, reason: x }',
      '6:15: `region`: found 5, wanted the name of a region [CONFIG_VALUE]',
    ],
  ])('%s', (override, problem) => {
    expect(problemsOf(yaml(override))).toEqual([problem]);
  });
});
