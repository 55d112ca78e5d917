import { describe, expect, it } from 'vitest';
import { parseDnsperf } from '../../bench/dnsperf.ts';
import { pairedRatio, type Sample } from '../../bench/measure.ts';
import { nearestRegion, regions, unitVector } from '../../bench/regions.ts';
import { formatGroup, mark, median, toJson } from '../../bench/report.ts';

const output = `DNS Performance Testing Tool
Version 2.10.0

Statistics:

  Queries sent:         324756
  Queries completed:    324188 (99.83%)
  Queries lost:         568 (0.17%)

  Response codes:       NOERROR 324100 (99.97%), SERVFAIL 88 (0.03%)
  Average packet size:  request 59, response 75
  Run time (s):         2.000060
  Queries per second:   162089.056284

  Average Latency (s):  0.001120 (min 0.000037, max 0.014871)
  Latency StdDev (s):   0.000423
`;

describe('parseDnsperf', () => {
  it('reads the statistics', () => {
    expect(parseDnsperf(output)).toEqual({
      sent: 324756,
      completed: 324188,
      lost: 568,
      queriesPerSecond: 162089.056284,
      longest: 0.014871,
      wrong: 88,
    });
  });

  it('says what is missing', () => {
    expect(() => parseDnsperf('Error: no such file')).toThrow('no "Queries sent"');
  });
});

describe('mark', () => {
  it.each([
    [1.1, 1.1, 'pass'],
    [1.11, 1.1, 'FAIL'],
    [0, 0, 'pass'],
    [Number.NaN, 1, 'FAIL'],
    [undefined, 1, '?'],
    [5, undefined, ''],
  ])('of %s against %s is "%s"', (value, bound, expected) => {
    expect(mark({ name: 'x', unit: '', value, bound })).toBe(expected);
  });
});

describe('pairedRatio', () => {
  const samples = (...micros: number[]): Sample[] =>
    micros.map((cpuMicros) => ({ cpuMicros, userMicros: 0, queriesPerSecond: 0, wrong: 0, lost: 0 }));

  it('compares within rounds, so that a drift of the machine cancels out', () => {
    expect(pairedRatio(samples(2, 4, 20), samples(1, 2, 10))).toBe(2);
  });

  it('is undefined when one of the two did not run', () => {
    expect(pairedRatio(samples(1), undefined)).toBeUndefined();
  });
});

describe('report', () => {
  const group = {
    title: 'Group',
    rows: [
      { name: 'fast', value: 1234.5, unit: '/s', bound: 2000, note: 'fine' },
      { name: 'absent', value: undefined, unit: 's', bound: 1 },
    ],
  };

  it('prints values, bounds and marks in columns', () => {
    expect(formatGroup(group)).toBe(
      '\nGroup\n  fast    1 235 /s  ≤ 2 000 /s  pass  fine\n  absent         —       ≤ 1 s  ?\n',
    );
  });

  it('writes the same as JSON, with the machine', () => {
    const json = JSON.parse(toJson([group], new Date(0)));
    expect(json.groups[0].rows[0]).toMatchObject({ value: 1234.5, bound: 2000, result: 'pass' });
    expect(json.machine.node).toBe(process.version);
  });

  it('takes the middle, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});

describe('nearestRegion', () => {
  it.each([
    ['San Francisco', 37.77, -122.42, 'us-west'],
    ['Lagos', 6.52, 3.38, 'eu-central'],
    ['Auckland', -36.85, 174.76, 'ap-sydney'],
    ['Anadyr, across the date line', 64.73, 177.5, 'us-west'],
  ])('sends %s to the region with the shortest great circle', (_place, latitude, longitude, name) => {
    expect(regions[nearestRegion(unitVector(latitude, longitude))]!.name).toBe(name);
  });
});
