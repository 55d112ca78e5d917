import { describe, expect, it } from 'vitest';
import { configOf, problemsOf } from './load-text.ts';

interface Parts {
  readonly head?: string;
  readonly region?: string;
  readonly monitor?: string;
}

/** Line 1: the head; 2: regions; 3: monitors. */
function file({ head = 'state: {}', region = '', monitor = '' }: Parts): string {
  return `${head}
regions: { a: { location: [ 0, 0 ]${region} }, b: { location: [ 1, 1 ] } }
monitors: { w: { type: http${monitor} }, t: { type: tcp } }
pools:
  p: { monitor: w, endpoints: [ { name: e, region: a, address: 192.0.2.1 }, { name: f, region: b, address: 192.0.2.2 } ] }
  q: { monitor: t, endpoints: [ { name: e, region: a, address: 192.0.2.3, probe: "192.0.2.3:25" } ] }
policies: { n: { type: nearest, pool: p }, m: { type: nearest, pool: q } }
zones: [ { name: example.com, file: z, steer: { n: n, m: m } } ]
`;
}

describe('latency of a monitor', () => {
  const latencyOf = (text: string) => configOf(file({ monitor: text })).pools[0]!.monitor!.latency;

  it('is read with its defaults, and not there by default', () => {
    expect(latencyOf('')).toBeUndefined();
    expect(latencyOf(', latency: { p95: 300ms }')).toEqual({ p95Ms: 300, window: 20, verdict: 'degraded' });
    expect(latencyOf(', latency: { p95: 1s, window: 50, then: down }')).toEqual({
      ...{ p95Ms: 1_000, window: 50, verdict: 'down' },
    });
  });

  it.each([
    ['{ p95: 2s }', '`p95` (2000 ms) is not shorter than the timeout (2000 ms): slower probes fail before'],
    ['{ window: 20 }', '`p95` is missing'],
    ['{ p95: 1s, window: 4 }', 'wanted a whole number from 5 to 1000'],
    ['{ p95: 1s, then: up }', 'wanted one of degraded, down'],
    ['fast', 'wanted a mapping with `p95`'],
  ])('latency: %s', (text, problem) => {
    expect(problemsOf(file({ monitor: `, latency: ${text}` })).join()).toContain(problem);
  });
});

describe('a region that is checked as a whole', () => {
  it('has a monitor and a place', () => {
    const { regions } = configOf(file({ region: ', monitor: t, probe: "10.0.0.1:80"' }));
    expect(regions[0]!.check).toMatchObject({ monitor: { name: 't' }, probe: { port: 80 } });
    expect(regions[1]!.check).toBeUndefined();
  });

  it.each([
    [', monitor: t', '2:46: `monitor` needs `probe` beside it'],
    [', probe: 10.0.0.1', '2:44: `probe` needs `monitor` beside it'],
    [
      ', monitor: t, probe: 10.0.0.1',
      'region `a` has no port to check: neither its `probe` nor tcp monitor `t` names one',
    ],
    [', monitor: x, probe: 10.0.0.1', 'monitor `x` is not defined'],
    [', monitor: w, probe: here', 'wanted an IP address, or one with a port'],
  ])('%s', (region, problem) => {
    expect(problemsOf(file({ region })).join('\n')).toContain(problem);
  });
});

describe('maintenance', () => {
  const from = 'from: 2026-02-01T10:00:00Z, to: 2026-02-01T11:00:00+00:00, reason: disks';
  const [fromMs, toMs] = [Date.UTC(2026, 1, 1, 10), Date.UTC(2026, 1, 1, 11)];
  const none = { pool: undefined, region: undefined, endpoint: undefined };

  it.each([
    ['pool: p', { pool: 0 }],
    ['region: b', { region: 1 }],
    ['pool: q, region: a', { pool: 1, region: 0 }],
    ['pool: p, endpoint: f', { pool: 0, endpoint: 1 }],
  ])('%s', (where, expected) => {
    const { maintenance } = configOf(file({ head: `maintenance: [ { ${where}, ${from} } ]` }));
    expect(maintenance).toEqual([{ ...none, ...expected, fromMs, toMs, reason: 'disks' }]);
  });

  it.each([
    [`${from}`, '`pool` is missing; wanted the name of a pool, or `region`'],
    [
      `endpoint: f, ${from}`,
      '`pool` is missing; wanted the name of a pool: an endpoint has its name within one',
    ],
    [`pool: p, region: a, endpoint: f, ${from}`, 'wanted none beside `region`'],
    [`pool: p, endpoint: ee, ${from}`, 'pool `p` has no endpoint `ee`'],
    [`pool: pp, ${from}`, 'pool `pp` is not defined; did you mean `p`?'],
    [
      'pool: p, from: 2026-02-30T10:00:00Z, to: 2026-03-01T10:00:00Z, reason: x',
      'wanted a time with its zone',
    ],
    [
      'pool: p, from: 2026-02-02T10:00:00Z, to: 2026-02-01T10:00:00Z, reason: x',
      'wanted a time after `from`',
    ],
    [
      'pool: p, from: 2025-02-02T10:00:00Z, to: 2025-02-03T10:00:00Z, reason: x',
      'warning: the maintenance is over; take it out',
    ],
    ['pool: p, from: 2026-02-02T10:00:00Z, to: 2026-02-03T10:00:00Z', '`reason` is missing'],
  ])('%s', (item, problem) => {
    expect(problemsOf(file({ head: `maintenance: [ { ${item} } ]` })).join('\n')).toContain(problem);
  });
});

describe('node.self-check', () => {
  const selfCheckOf = (text: string) => configOf(file({ head: `node: { self-check: ${text} }` })).selfCheck;

  it('is on by default, and can be turned off', () => {
    const usual = { share: 0.8, windowMs: 30_000, references: [], ttlSeconds: 5, maxMs: 600_000 };
    expect(configOf(file({})).selfCheck).toEqual(usual);
    expect(selfCheckOf('{}')).toEqual(usual);
    expect(selfCheckOf('false')).toBeUndefined();
  });

  it('takes references', () => {
    const references = '[ "tcp 192.0.2.1:443", "tcp [2001:db8::1]:53", "icmp 192.0.2.2" ]';
    expect(
      selfCheckOf(`{ share: 90%, window: 1m, ttl: 1s, max: 1h, references: ${references} }`),
    ).toMatchObject({
      ...{ share: 0.9, windowMs: 60_000, ttlSeconds: 1, maxMs: 3_600_000 },
      references: [
        { name: 'tcp 192.0.2.1:443', type: 'tcp', port: 443 },
        { name: 'tcp [2001:db8::1]:53', type: 'tcp', port: 53 },
        { name: 'icmp 192.0.2.2', type: 'icmp', port: 0 },
      ],
    });
  });

  it.each([
    ['{ share: 50% }', 'wanted a percentage from 51% to 100%'],
    ['{ references: [ "tcp 192.0.2.1" ] }', 'wanted `tcp ADDRESS:PORT` or `icmp ADDRESS`'],
    ['{ references: [ "tcp 192.0.2.1:0" ] }', 'wanted `tcp ADDRESS:PORT` or `icmp ADDRESS`'],
    ['{ references: [ "http 192.0.2.1:80" ] }', 'wanted `tcp ADDRESS:PORT` or `icmp ADDRESS`'],
    [
      `{ references: [ ${new Array(9).fill('"icmp 192.0.2.1"').join()} ] }`,
      'wanted a list of at most 8 checks',
    ],
    ['{ ttl: 1500ms }', 'wanted whole seconds from 1s to 1h'],
    ['true', 'wanted false, or a mapping with `references`'],
  ])('%s', (text, problem) => {
    expect(problemsOf(file({ head: `node: { self-check: ${text} }` })).join('\n')).toContain(problem);
  });
});
