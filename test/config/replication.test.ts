import { describe, expect, it } from 'vitest';
import { configOf, problemsOf } from './load-text.ts';

const yaml = (replication: string) => `monitors: { m: { type: tcp, port: 1 } }
regions: { a: { location: [ 0, 0 ] }, b: { location: [ 1, 1 ] } }
pools:
  p:
    monitor: m
    endpoints:
      - { name: e, region: a, address: 192.0.2.1 }
      - { name: f, region: b, address: "2001:db8::1" }
      - { name: g, region: b, address: 192.0.2.3, probe: 10.1.0.7 }
    replication: ${replication}
policies: { w: { type: failover, pool: p } }
zones: [ { name: example.com, file: z, steer: { w: w } } ]
`;

describe('replication', () => {
  it('is asked for at each endpoint, where it is checked', () => {
    const { sources, ...others } = configOf(
      yaml(
        '{ lag: { metric: "http://{address}:9187/{region}", name: \'lag{at="{endpoint}",ip="{address}"}\' } }',
      ),
    ).pools[0]!.replication!;
    expect(others).toEqual({ maxSeconds: 30, waitMs: 120_000, afterWait: 'nodata' });
    expect(sources.map(({ url, query }) => [url, query])).toEqual([
      ['http://192.0.2.1:9187/a', 'lag{at="e",ip="192.0.2.1"}'],
      ['http://[2001:db8::1]:9187/b', 'lag{at="f",ip="2001:db8::1"}'],
      ['http://10.1.0.7:9187/b', 'lag{at="g",ip="10.1.0.7"}'],
    ]);
    expect(sources[0]).toMatchObject({ kind: 'metric', everyMs: 5_000, keepMs: 30_000 });
  });

  it('can be what Patroni says', () => {
    const text =
      '{ lag: { patroni: "http://{address}:8008", within: 16MB, every: 2s }, max: 0s, wait: 5s, after-wait: serve }';
    const { sources, ...others } = configOf(yaml(text)).pools[0]!.replication!;
    expect(others).toEqual({ maxSeconds: 0, waitMs: 5_000, afterWait: 'serve' });
    expect(sources[0]).toEqual({
      ...{ kind: 'patroni', url: 'http://192.0.2.1:8008', query: '16MB', everyMs: 2_000, keepMs: 30_000 },
    });
  });

  it.each([
    ['{ lag: {} }', '10:20: `prometheus` is missing; wanted it, `metric` or `json` [CONFIG_MISSING]'],
    [
      '{ lag: { json: "http://x", path: a, within: 1MB } }',
      '10:54: `within` goes with `patroni` [CONFIG_KEY]',
    ],
    [
      '{ lag: { patroni: "http://x", json: "http://y" } }',
      '10:48: `json` stands beside `patroni`; write one of them [CONFIG_KEY]',
    ],
  ])('%s', (replication, problem) => {
    expect(problemsOf(yaml(replication))).toEqual([problem]);
  });

  it.each([
    '{ lag: { patroni: "http://{addres}:8008" } }',
    '{ lag: { json: "http://{address}/{pool}", path: a } }',
  ])('%s has a word that stands for nothing', (replication) => {
    const [problem] = problemsOf(yaml(replication));
    expect(problem).toContain('found something else, wanted an http or https URL');
  });

  it('has no use where no failover goes by the pool', () => {
    const text = yaml('{ lag: { json: "http://{address}/", path: a } }').replace('failover', 'nearest');
    expect(problemsOf(text)).toEqual([
      '10:5: warning: no failover goes by pool `p`: its lag keeps nobody back [CONFIG_UNUSED]',
    ]);
  });

  it('has no use in an order with a policy in it', () => {
    const text = yaml('{ lag: { json: "http://{address}/", path: a } }').replace(
      'w: { type: failover, pool: p }',
      'w: { type: failover, order: [ p, n ] }, n: { type: nearest, pool: p }',
    );
    expect(problemsOf(text).join()).toContain('its lag keeps nobody back');
  });

  it('does not repeat an address that is wrong: it may hold a password', () => {
    const [problem] = problemsOf(yaml('{ lag: { patroni: "http://ann:secret@{address}" } }'));
    expect(problem).toContain('`patroni`: found something else, wanted an http or https URL');
  });
});
