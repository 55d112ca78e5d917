import { describe, expect, it } from 'vitest';
import { keyText } from '../../../src/geo/key-text.ts';
import { formatAddress } from '../../../src/ip/address.ts';
import { configOf, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

const policy = (residency: string) => withPolicies(`f: { type: nearest, pool: p, residency: ${residency} }`);
/** Column of the first character of the mapping. */
const start = 3 + 'f: { type: nearest, pool: p, residency: '.length;

function read(residency: string) {
  const config = configOf(policy(residency));
  const { permitted, view, sorry } = config.policies[1]!.residency!;
  const { entries } = config.views[view] as Extract<(typeof config.views)[number], { kind: 'match' }>;
  return {
    permitted,
    entries: entries.map(({ keys }) => keys.map(keyText).join()),
    sorry: sorry.map(formatAddress),
  };
}

describe('residency', () => {
  it('says by client which regions may serve', () => {
    expect(
      read(
        '{ EU: [ c, b ], CN: none, US: any, AS64500: a, default: b, unknown: none, sorry: [ 192.0.2.250, "2001:db8::fa" ] }',
      ),
    ).toEqual({
      permitted: [[], [1], [0], [], 'any', [1, 2]],
      entries: ['AS64500', 'CN', 'US', 'continent EU'],
      sorry: ['192.0.2.250', '2001:db8::fa'],
    });
  });

  it('leaves other clients alone, and has no word of sorry, by default', () => {
    expect(read('{ EU: b, unknown: a }')).toMatchObject({ permitted: [[0], 'any', [1]], sorry: [] });
  });

  it('gives a country that stands alone before EU27, that before EEA, and that before the continent', () => {
    const { entries, permitted } = read('{ EU: any, EEA: c, EU27: b, DE: a, unknown: none }');
    const named = Object.fromEntries(entries.map((keys, i) => [keys, permitted[2 + i]]));
    const union = Object.keys(named).find((keys) => keys.startsWith('AT,'))!;
    expect(named).toEqual({ DE: [0], [union]: [1], 'IS,LI,NO': [2], 'continent EU': 'any' });
    expect(union.split(',')).toHaveLength(26);
  });

  it('must say who may serve clients that no database has', () => {
    expect(problemsOf(policy('{ EU: b }'))).toEqual([
      `9:${start - 'residency: '.length}: \`unknown\` is missing; wanted \`any\`, \`none\`, a region or a list of regions: clients that no database has may be anywhere, and only you can say who may serve them [CONFIG_MISSING]`,
    ]);
  });

  it.each([
    ['{ EU: bb, unknown: none }', 6, 'region `bb` is not defined; did you mean `b`? [CONFIG_REFERENCE]'],
    [
      '{ EU: [ b, any ], unknown: none }',
      11,
      'region `any` is not defined; defined: a, b, c, idle [CONFIG_REFERENCE]',
    ],
    ['{ EU: [ b, b ], unknown: none }', 11, 'region `b` stands here already [CONFIG_DUPLICATE]'],
    [
      '{ EU: [], unknown: none }',
      6,
      '`EU`: found an empty list, wanted `any`, `none`, a region or a list of regions [CONFIG_VALUE]',
    ],
    [
      '{ EU: 5, unknown: none }',
      6,
      '`EU`: found 5, wanted `any`, `none`, a region or a list of regions [CONFIG_VALUE]',
    ],
    [
      '{ Europe: b, unknown: none }',
      2,
      '`Europe` names no clients: wanted a network (192.0.2.0/24), an AS number (AS64500), a continent (EU), a country (NA-US or US), a subdivision (US-CA), EU27 or EEA [CONFIG_VALUE]',
    ],
    [
      '{ unknown: none, sorry: [ x ] }',
      26,
      '`sorry[0]`: found "x", wanted an IPv4 or IPv6 address [CONFIG_VALUE]',
    ],
  ])('refuses %s', (residency, column, problem) => {
    expect(problemsOf(policy(residency))).toEqual([`9:${start + column}: ${problem}`]);
  });

  it('warns of regions that nothing of the policy is in, wherever its pools stand', () => {
    const warning = (at: string, region: string) =>
      `${at}: warning: no endpoint that this policy leads to is in region \`${region}\`: who may be served by no other is refused [CONFIG_UNUSED]`;
    expect(problemsOf(policy('{ EU: [ b, idle ], unknown: idle }'))).toEqual([
      warning(`9:${start + 11}`, 'idle'),
      warning(`9:${start + 28}`, 'idle'),
    ]);
    const below =
      'g: { type: failover, order: [ q, h ], residency: { default: [ a, b, c ], unknown: none } }';
    expect(problemsOf(withPolicies(below, 'h: { type: nearest, pool: "pool:both" }'))).toEqual([
      warning('9:71', 'c'),
    ]);
    const ordered =
      'g: { type: failover, pool: both, order: [ a ], residency: { default: [ b ], unknown: none } }';
    expect(problemsOf(withPolicies(ordered))).toContainEqual(warning('9:74', 'b'));
  });
});
