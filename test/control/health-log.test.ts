import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { tellChange, tellSelf, tellWhenAllDown } from '../../src/control/health-log.ts';
import type { HealthChange } from '../../src/health/table.ts';
import type { Log } from '../../src/runtime/log.ts';
import { configOf } from '../config/load-text.ts';

const fromMs = Date.UTC(2026, 1, 1, 10);
const config = configOf(`regions: { a: { location: [ 0, 0 ] } }
monitors: { w: { type: http } }
maintenance: [ { pool: p, endpoint: f, from: 2026-02-01T10:00:00Z, to: 2026-02-01T11:00:00Z, reason: disks } ]
pools:
  p: { monitor: w, endpoints: [ { name: e, region: a, address: 192.0.2.1 }, { name: f, region: a, address: 192.0.2.2 } ] }
policies: { n: { type: nearest, pool: p, all-down: nodata } }
zones: [ { name: example.com, file: z, steer: { n: n } } ]
`);

function change(endpoint: string, to: HealthChange['to'], pool = 'p'): HealthChange {
  return { pool, endpoint, from: 'up', to, at: 0, firstFailureAt: undefined, reason: undefined };
}

/** What a log is told: level and message. */
function told(tell: (log: Log) => void): string[] {
  const lines: string[] = [];
  tell(pino({}, { write: (line: string) => lines.push(line) }));
  return lines.map((line) => {
    const { level, msg } = JSON.parse(line);
    return `${level} ${msg}`;
  });
}

describe('tellChange', () => {
  it.each<[string, HealthChange, number, string, boolean]>([
    ['a failover', change('e', 'down'), fromMs, '40 p/e is down', true],
    ['a return', change('e', 'up'), fromMs, '30 p/e is up', false],
    ['a slow one', change('e', 'degraded'), fromMs, '40 p/e is degraded', false],
    ['one that is expected', change('f', 'down'), fromMs, '30 p/f is down (maintenance: disks)', false],
    ['one that was not yet', change('f', 'down'), fromMs - 1, '40 p/f is down', true],
    ['a region as a whole', change('a', 'down', '@a'), fromMs, '40 region a is down', false],
    [
      'a reference',
      change('tcp 192.0.2.9:443', 'down', '@self-check'),
      fromMs,
      '40 reference tcp 192.0.2.9:443 is down',
      false,
    ],
  ])('%s', (_, news, nowMs, line, isFailover) => {
    let counted: boolean | undefined;
    expect(told((log) => (counted = tellChange(log, news, config, nowMs)))).toEqual([line]);
    expect(counted).toBe(isFailover);
  });
});

describe('tellWhenAllDown', () => {
  it('says what is served, once nothing is up', () => {
    expect(told((log) => tellWhenAllDown(log, 'p', config, () => 'down'))).toEqual([
      '50 all endpoints of pool p are down; now served: n: nodata',
    ]);
    expect(
      told((log) => tellWhenAllDown(log, 'p', config, (_, e) => (e === 0 ? 'degraded' : 'down'))),
    ).toEqual([]);
    expect(told((log) => tellWhenAllDown(log, '@a', config, () => 'down'))).toEqual([]);
  });
});

describe('tellSelf', () => {
  it('says that the node is cut off, why, and what becomes of it', () => {
    const lines = told((log) => {
      tellSelf(log, { kind: 'isolated', sinceMs: 0, cause: 'references' });
      tellSelf(log, { kind: 'given-in', sinceMs: 0 });
      tellSelf(log, { kind: 'well' });
    });
    expect(lines).toEqual([
      '50 this node is cut off: most reference checks and half of the endpoints do not answer; the verdicts of before are kept',
      '50 this node was cut off for so long that it gives in: what its probes say holds from now on',
      '30 this node is not cut off (any more): what its probes say holds',
    ]);
  });
});
