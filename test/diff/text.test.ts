import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/diff/compare.ts';
import { jsonOf } from '../../src/diff/json.ts';
import type { CountryReport, MoveReport, PolicyReport } from '../../src/diff/report.ts';
import { formatComparison, percent } from '../../src/diff/text.ts';
import { worldMap } from '../../src/diff/world-map.ts';

function move(from: string | undefined, to: string | undefined, users: number): MoveReport {
  return { from, to, users, ipv4: users / 2, ipv6: 0, countries: [{ country: 'BR', users }] };
}

function policy(now: string, moves: readonly MoveReport[], more: Partial<PolicyReport> = {}): PolicyReport {
  const users = moves.reduce((sum, each) => sum + each.users, 0);
  return {
    ...{ before: now, now, names: { count: 1, first: `${now}.example` }, found: 'exact', moves },
    moved: { users, ipv4: users / 2, ipv6: 0 },
    ...{ swapped: { users: 0, ipv4: 0, ipv6: 0 }, swaps: [] },
    regions: moves.length === 0 ? [] : [{ region: 'east', before: 0.7, now: 0.7 - users }],
    countries: moves.length === 0 ? [] : [{ country: 'BR', users: 0.2, moved: 0.6, move: 0 }],
    ...more,
  };
}

function comparison(policies: readonly PolicyReport[], more: Partial<Comparison> = {}): Comparison {
  return { policies, added: [], removed: [], addedNames: 0, removedNames: [], ...more };
}

describe('formatComparison', () => {
  it('says first what moves, then shows each policy', () => {
    const text = formatComparison(
      comparison(
        [policy('app', [move('east', 'west', 0.03), move('east', undefined, 0.001)]), policy('still', [])],
        {
          ...{
            added: ['new', 'more'],
            removed: ['old'],
            addedNames: 1,
            removedNames: ['x.example', 'y.example'],
          },
        },
      ),
    );
    const lines = text.split('\n');
    expect(lines.slice(0, 16)).toEqual([
      'nobody moves: policy still',
      'added: policy new, more',
      'removed: policy old',
      'steered now, and not before: 1 name',
      'steered before, and not now: x.example, y.example',
      '',
      'policy app: 3.1 % of users move (networks: IPv4 1.6 %, IPv6 0 %)',
      '',
      '                         users  IPv4 /24  IPv6 /48  most of them in',
      '  A east → west          3.0 %     1.5 %       0 %  BR 3.0 %',
      '  B east → (no answer)  0.10 %    0.05 %       0 %  BR 0.10 %',
      '',
      '  share of users  before     now',
      '  east            70.0 %  66.9 %',
      '',
      expect.stringMatching(/^$/),
    ]);
    expect(lines.at(-1)).toBe(
      'users: people of a country (Unicode CLDR), spread evenly over its IPv4 networks',
    );
  });

  it('says who stays in a region and is given other endpoints', () => {
    const swapped = { users: 0.2, ipv4: 0.1, ipv6: 0 };
    const swaps = [{ region: 'east', text: 'blue → green', ...swapped }];
    const inside = formatComparison(comparison([policy('app', [], { swapped, swaps })])).split('\n');
    expect(inside.slice(0, 4)).toEqual([
      'policy app: nobody leaves their region; 20.0 % of users get other endpoints in theirs (networks: IPv4 10.0 %, IPv6 0 %)',
      '',
      '  in their region      users  IPv4 /24  IPv6 /48',
      '  east: blue → green  20.0 %    10.0 %       0 %',
    ]);
    const both = formatComparison(comparison([policy('app', [move('a', 'b', 0.1)], { swapped, swaps })]));
    expect(both).toMatch(/^policy app: 10\.0 % of users move \(.*\); 20\.0 % of users get other endpoints/);
  });

  it('names what went from one policy to another, and how it was found out', () => {
    const handed = { before: 'a', names: { count: 1_000, first: 'app.example.com' } };
    const lines = formatComparison(
      comparison([
        policy('b', [move('x', 'y', 0.5)], { ...handed, found: 'sampled' }),
        policy('c', [move('x', 'y', 0.2)], { found: 'labels' }),
      ]),
    ).split('\n');
    expect(lines[0]).toMatch(/^app\.example\.com and 999 more: policy a → b: 50\.0 % of users move/);
    expect(lines.filter((line) => line.startsWith('  sampled:'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('  labels:'))).toHaveLength(1);
  });

  it('shows policies that decide alike once, and sums up moves beyond the letters', () => {
    const moves = Array.from({ length: 11 }, (_, i) => move(`r${i}`, 'west', 0.01));
    const text = formatComparison(comparison([policy('app', moves), policy('twin', moves)]));
    expect(text).toContain('  and just so: policy twin\n');
    expect(text.match(/most of them in/g)).toHaveLength(1);
    expect(text).toMatch(/\n {2}H r7 → west .*\n {2}\+ 3 other moves +3\.0 % +1\.5 % +0 %\n/);
  });

  it('goes into detail for the first policies only', () => {
    const many = Array.from({ length: 12 }, (_, i) => policy(`p${i}`, [move('east', 'west', 0.1)]));
    const text = formatComparison(comparison(many));
    expect(text.match(/most of them in/g)).toHaveLength(8);
    expect(text).toContain('policy p11: 10.0 % of users move');
  });

  it('names only so many, and draws no map of nowhere', () => {
    const quiet = Array.from({ length: 23 }, (_, i) => policy(`q${i}`, []));
    const moving = Array.from({ length: 53 }, (_, i) =>
      policy(`p${i}`, [move('east', 'west', 0.1)], { countries: [] }),
    );
    const text = formatComparison(comparison([...moving, ...quiet]));
    expect(text).toMatch(/^nobody moves: policy q0, .*, policy q19 and 3 more$/m);
    expect(text).toMatch(/^policy p49: .*\nand 3 more with clients that move\n/m);
    expect(text).not.toContain('stays');
  });

  it('says that there is nothing to compare', () => {
    expect(formatComparison(comparison([]))).toBe('nothing to compare: no name is steered on both sides');
  });
});

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [1e-9, '<0.01 %'],
    [0.0012, '0.12 %'],
    [0.00999, '1.0 %'],
    [0.0314, '3.1 %'],
    [1, '100.0 %'],
  ])('of %f is %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

describe('worldMap', () => {
  const country = (code: string, moved: number, index: number | undefined, users = 0.1): CountryReport => ({
    ...{ country: code, users, moved, move: index },
  });

  it('puts countries where they are, by the move that most of their movers make', () => {
    const map = worldMap([
      country('US', 1, 0),
      country('BR', 0.3, 1),
      country('NZ', 0, undefined),
      country('FR', 0.001, 2),
      country('IN', 0.9, 9),
    ]);
    expect(map).toHaveLength(18);
    expect(Math.max(...map.map((line) => line.length))).toBeLessThanOrEqual(72);
    const marks = map.flatMap((line, row) =>
      [...line].flatMap((mark, column) => (mark === ' ' ? [] : [[mark, row, column]])),
    );
    expect(marks).toEqual([
      ['·', 3, 36],
      ['A', 4, 18],
      ['+', 7, 51],
      ['b', 12, 26],
      ['·', 15, 70],
    ]);
  });

  it('shows of neighbours in one place the one with most moving users', () => {
    const [vatican, italy] = [country('VA', 1, 0, 0.0001), country('SM', 1, 1, 0.01)];
    const shown = worldMap([vatican, italy, country('IT', 0, undefined, 0.5)]).join('');
    expect(shown.trim()).toBe('B');
  });

  it('passes over countries that it does not know', () => {
    expect(worldMap([country('XX', 1, 0)]).join('')).toBe('');
  });
});

describe('jsonOf', () => {
  it('is plain data, with null where there is no answer', () => {
    const report = policy('app', [move('east', undefined, 1 / 3)], {
      names: { count: 0, first: undefined },
      countries: [
        { country: 'BR', users: 0.2, moved: 2 / 3, move: 0 },
        { country: 'FR', users: 0.1, moved: 0, move: undefined },
      ],
    });
    const json = JSON.parse(JSON.stringify(jsonOf(comparison([report], { added: ['new'] }))));
    expect(json).toEqual({
      policies: [
        {
          before: 'app',
          now: 'app',
          found: 'exact',
          names: { count: 0, first: null },
          moved: { users: 0.333333, ipv4: 0.166667, ipv6: 0 },
          swapped: { users: 0, ipv4: 0, ipv6: 0 },
          swaps: [],
          moves: [
            {
              ...{ from: 'east', to: null, users: 0.333333, ipv4: 0.166667, ipv6: 0 },
              countries: [{ country: 'BR', users: 0.333333 }],
            },
          ],
          regions: [{ region: 'east', before: 0.7, now: 0.366667 }],
          countries: [{ country: 'BR', users: 0.2, moved: 0.666667, move: 0 }],
        },
      ],
      ...{ added: ['new'], removed: [], addedNames: 0, removedNames: [] },
    });
  });
});
