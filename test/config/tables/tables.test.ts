import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/runtime/limits.ts';
import { configOf, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

const yaml = withPolicies(
  'f: { type: latency, pool: p, table: t/rtt.csv }',
  'g: { type: home, pool: p, owners: t/own.csv, unknown: none }',
  'h: { type: home, pool: q, owners: t/own.csv, unknown: none }',
);
const files = (rtt: string, own = 'key,region\n') => ({
  [resolve('t/rtt.csv')]: rtt,
  [resolve('t/own.csv')]: own,
});

function rows(text: string) {
  const view = configOf(yaml, files(text)).views.find(({ kind }) => kind === 'latency');
  return (view as Extract<typeof view, { kind: 'latency' }>).table.rows.map(
    ({ client, region, milliseconds }) => `${client.kind} ${region} ${milliseconds}`,
  );
}

describe('tables of round-trip times', () => {
  it('has rows by network, AS number and country; blank lines, comments and spaces are passed by', () => {
    const text =
      '# by our beacons\r\n\r\nclient,region,milliseconds\r\n192.0.2.0/24, a , 12.5\r\nAS64500,b,1\n\nAF-NA,c,60000';
    expect(rows(text)).toEqual(['prefix 0 12.5', 'asn 1 1', 'country 2 60000']);
  });

  it('takes the last of equal rows', () => {
    expect(rows('client,region,milliseconds\nUS,a,1\nUS,b,2\nNA-US,a,3\n')).toEqual([
      'country 0 3',
      'country 1 2',
    ]);
  });

  it('takes the newest of equal rows, and any with a time before those without', () => {
    const text = [
      'client,region,milliseconds,measured',
      'US,a,1,2026-01-02T00:00:00Z',
      'US,a,2,2026-01-01T00:00:00Z',
      'US,a,3,',
      'DE,a,4,2026-01-01T00:00:00Z',
      'DE,a,5,2026-01-01T01:00:00+01:00',
      'FR,a,6,',
      'FR,a,7,',
    ];
    expect(rows(text.join('\n'))).toEqual(['country 0 1', 'country 0 5', 'country 0 7']);
  });

  it('tells every fault of every row, each at its place in the table', () => {
    const text = [
      'client,region,milliseconds,measured',
      '"US",a,1,',
      'US,a,1',
      'EU, aa, 0,x',
      'US-CA,b,-1,',
      'EU27,b,60000.1,2026-02-30T00:00:00Z',
      'us,b,1e3,2026-01-01',
    ];
    expect(problemsOf(yaml, files(text.join('\n')))).toEqual([
      't/rtt.csv:2:1: a quote; fields are written without quotes [CONFIG_SYNTAX]',
      't/rtt.csv:3:1: 3 fields; wanted 4, as in the header [CONFIG_SYNTAX]',
      't/rtt.csv:4:1: client "EU": wanted a network, an AS number or a country [CONFIG_VALUE]',
      't/rtt.csv:4:5: region `aa` is not defined; did you mean `a`? [CONFIG_REFERENCE]',
      't/rtt.csv:4:9: milliseconds "0": wanted a number above 0, at most 60000 [CONFIG_VALUE]',
      't/rtt.csv:4:11: measured "x": wanted a time such as 2026-12-01T10:00:00Z [CONFIG_VALUE]',
      't/rtt.csv:5:1: client "US-CA": wanted a network, an AS number or a country [CONFIG_VALUE]',
      't/rtt.csv:5:9: milliseconds "-1": wanted a number above 0, at most 60000 [CONFIG_VALUE]',
      't/rtt.csv:6:1: client "EU27": wanted a network, an AS number or a country [CONFIG_VALUE]',
      't/rtt.csv:6:8: milliseconds "60000.1": wanted a number above 0, at most 60000 [CONFIG_VALUE]',
      't/rtt.csv:6:16: measured "2026-02-30T00:00:00Z": wanted a time such as 2026-12-01T10:00:00Z [CONFIG_VALUE]',
      't/rtt.csv:7:1: client "us": did you mean US? [CONFIG_VALUE]',
      't/rtt.csv:7:6: milliseconds "1e3": wanted a number above 0, at most 60000 [CONFIG_VALUE]',
      't/rtt.csv:7:10: measured "2026-01-01": wanted a time such as 2026-12-01T10:00:00Z [CONFIG_VALUE]',
    ]);
  });

  it.each([
    ['', '1:1: the header is missing; wanted client,region,milliseconds[,measured] [CONFIG_MISSING]'],
    [
      '# nothing\n',
      '1:1: the header is missing; wanted client,region,milliseconds[,measured] [CONFIG_MISSING]',
    ],
    [
      '\nUS,a,1\n',
      '2:1: the header has US, a, 1; wanted client,region,milliseconds[,measured] [CONFIG_VALUE]',
    ],
    [
      'client,region\n',
      '1:1: the header has client, region; wanted client,region,milliseconds[,measured] [CONFIG_VALUE]',
    ],
    [
      'client,region,milliseconds,measured,x\n',
      '1:1: the header has client, region, milliseconds, measured, x; wanted client,region,milliseconds[,measured] [CONFIG_VALUE]',
    ],
    ['client,region,milliseconds\nUS,\u0001,1', '2:4: control character U+0001 [CONFIG_SYNTAX]'],
  ])('refuses %j', (text, problem) => {
    expect(problemsOf(yaml, files(text))).toEqual([`t/rtt.csv:${problem}`]);
  });

  it('counts what it does not tell', () => {
    const text = `client,region,milliseconds\n${'XX,a,1\n'.repeat(limits.problems + 50)}`;
    expect(problemsOf(yaml, files(text))).toHaveLength(limits.problems);
  });
});

describe('tables of owners', () => {
  const rtt = 'client,region,milliseconds\n';

  it('is read once, whatever uses it, and its keys are in lower case', () => {
    const config = configOf(yaml, files(rtt, 'key,region\nAlice,a\nxn--mller-kva,b\n_42,c\n'));
    expect(config.owners.map(({ owners }) => [...owners])).toEqual([
      [
        ['alice', 0],
        ['xn--mller-kva', 1],
        ['_42', 2],
      ],
    ]);
    expect(config.policies.slice(2, 4)).toMatchObject([{ owners: 0 }, { owners: 0 }]);
  });

  it('tells every fault, once', () => {
    const long = 'x'.repeat(64);
    const text = `key,region\nalice,a\nALICE,b\nmüller,a\na.b,a\n,a\n${long},a\nbob,d\ncarol,a,b\n`;
    const wanted = 'wanted one label of 1 to 63 ASCII characters without a dot [CONFIG_VALUE]';
    expect(problemsOf(yaml, files(rtt, text))).toEqual([
      't/own.csv:3:1: key `alice` has an owner already [CONFIG_DUPLICATE]',
      `t/own.csv:4:1: key "müller": ${wanted}`,
      `t/own.csv:5:1: key "a.b": ${wanted}`,
      `t/own.csv:6:1: key "": ${wanted}`,
      `t/own.csv:7:1: key "${'x'.repeat(59)}…": ${wanted}`,
      't/own.csv:8:5: region `d` is not defined; defined: a, b, c, idle [CONFIG_REFERENCE]',
      't/own.csv:9:1: 3 fields; wanted 2, as in the header [CONFIG_SYNTAX]',
    ]);
  });

  it('tells faults of the config before those of its tables, and tables by name', () => {
    const told = problemsOf(yaml.replace('pool: q', 'pool: x'), files('x', 'x'));
    expect(told.map((line) => line.split(':', 1)[0])).toEqual(['11', 't/own.csv', 't/rtt.csv']);
  });
});
