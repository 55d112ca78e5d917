import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CheckState,
  fallWeight,
  initialStanding,
  isInDoubt,
  judge,
  type Outcome,
  type Rules,
  type Standing,
  successesWanted,
} from '../../src/health/state-machine.ts';
import { Random } from '../../src/runtime/random.ts';

const defaults: Rules = { fall: 3, rise: 2 };

/** `+` success, `x` refusal, `.` silence. */
const outcomes: Record<string, Outcome> = { '+': 'success', x: 'refusal', '.': 'silence' };

function standingAfter(from: CheckState, results: string, rules = defaults): Standing {
  let standing = initialStanding(from);
  for (const [i, letter] of [...results].entries()) {
    standing = judge(standing, rules, outcomes[letter]!, i * 1_000);
  }
  return standing;
}

describe('judge', () => {
  const cases: [string, CheckState, string, CheckState][] = [
    ['the first success is a verdict', 'unknown', '+', 'up'],
    ['the first failure is none', 'unknown', 'x', 'unknown'],
    ['unknown goes down by fall', 'unknown', 'xxx', 'down'],
    ['unknown, in between', 'unknown', 'xx+', 'up'],
    ['and the failures before count', 'unknown', 'xx+x', 'down'],
    ['two refusals are too few', 'up', 'xx', 'up'],
    ['three take it out', 'up', 'xxx', 'down'],
    ['failures add up over single successes', 'up', 'x+x+x', 'down'],
    ['two successes in a row clear them', 'up', 'xx++xx', 'up'],
    ['eleven silences take it out', 'up', '...........', 'down'],
    ['ten do not', 'up', '..........', 'up'],
    ['silences add up too', 'up', '.+.+.+.+.+.+.+.+.+.+.', 'down'],
    ['and are cleared too', 'up', '.+.+.+.++.+.+.+.+.+.', 'up'],
    ['a refusal weighs five silences', 'up', '.xx', 'down'],
    ['a refusal weighs no more', 'up', '.x....', 'up'],
    ['one success brings nothing back', 'down', '+', 'down'],
    ['two in a row do', 'down', '++', 'up'],
    ['two apart do not', 'down', '+x+', 'down'],
    ['after one relapse four are wanted: three', 'down', '+x+++', 'down'],
    ['after one relapse four are wanted: four', 'down', '+x++++', 'up'],
    ['after two relapses eight', 'down', '+x+x+++++++', 'down'],
    ['after two relapses eight are enough', 'down', '+x+x++++++++', 'up'],
    ['the second return wants eight: seven', 'down', '++xxx+++++++', 'down'],
    ['the second return wants eight: eight', 'down', '++xxx++++++++', 'up'],
    ['after a long calm two are enough again', 'down', `${'+'.repeat(32)}xxx++`, 'up'],
    ['a relapse on the way down counts', 'up', 'x+xx+++', 'down'],
    ['failures that were cleared of late count: three', 'up', 'x++xxx+++', 'down'],
    ['failures that were cleared of late count: four', 'up', 'x++xxx++++', 'up'],
    ['failures that were cleared twice of late count twice', 'up', 'x++x++xxx+++++++', 'down'],
    ['failures that were cleared twice of late: eight are enough', 'up', 'x++x++xxx++++++++', 'up'],
    ['eight in a row make it steady: two are enough', 'up', 'x++++++++xxx++', 'up'],
  ];
  it.each(cases)('%s: %s %s → %s', (_, from, results, to) => {
    expect(standingAfter(from, results).state).toBe(to);
  });

  it.each([1, 2, 3, 5, 20])('with fall %i a dead endpoint leaves at exactly that many refusals', (fall) => {
    const rules = { fall, rise: 2 };
    expect(standingAfter('up', 'x'.repeat(fall - 1), rules).state).toBe('up');
    expect(standingAfter('up', 'x'.repeat(fall), rules).state).toBe('down');
    expect(standingAfter('up', '.'.repeat(fallWeight(rules) - 1), rules).state).toBe('up');
    expect(standingAfter('up', '.'.repeat(fallWeight(rules)), rules).state).toBe('down');
  });

  it('tells when the first failed probe began, and forgets it with the calm', () => {
    expect(standingAfter('up', '+x+xx').firstFailureAt).toBe(1_000);
    expect(standingAfter('up', '+x++').firstFailureAt).toBeUndefined();
    expect(standingAfter('up', '+x++x').firstFailureAt).toBe(4_000);
  });

  it('is in doubt from the first failure to the verdict', () => {
    expect(
      ['', '+', 'x', 'x+', 'x++', 'xxx', 'xxx+'].map((results) => isInDoubt(standingAfter('up', results))),
    ).toEqual([false, false, true, true, false, false, false]);
  });
});

const result = fc.constantFrom<Outcome>('success', 'refusal', 'silence');
const rules = fc.record({ fall: fc.integer({ min: 1, max: 10 }), rise: fc.integer({ min: 1, max: 40 }) });
const state = fc.constantFrom<CheckState>('unknown', 'up', 'down');
const history = fc.array(result, { maxLength: 80 });

function run(from: Standing, by: Rules, results: readonly Outcome[]): Standing {
  return results.reduce((standing, outcome, i) => judge(standing, by, outcome, i), from);
}

describe('judge: whatever came before', () => {
  it('fall refusals in a row are the end', () => {
    fc.assert(
      fc.property(state, rules, history, (from, by, before) => {
        const dead = new Array<Outcome>(by.fall).fill('refusal');
        expect(run(initialStanding(from), by, [...before, ...dead]).state).toBe('down');
      }),
    );
  });

  it('a calm of max(rise, 32) successes brings it back with a clean sheet', () => {
    fc.assert(
      fc.property(state, rules, history, (from, by, before) => {
        const calm = new Array<Outcome>(Math.max(by.rise, 32)).fill('success');
        const standing = run(initialStanding(from), by, [...before, ...calm]);
        expect(standing).toMatchObject({ state: 'up', doubt: 0, relapses: 0, firstFailureAt: undefined });
      }),
    );
  });

  it('a healthy endpoint never leaves, and without a failure no endpoint does', () => {
    fc.assert(
      fc.property(rules, fc.nat(200), (by, length) => {
        const well = new Array<Outcome>(length).fill('success');
        expect(run(initialStanding('up'), by, well).state).toBe('up');
      }),
    );
  });

  it('alternation goes down and stays down, when one success is not calm', () => {
    const cautious = rules.filter(({ rise }) => rise >= 2);
    const failure = fc.constantFrom<Outcome>('refusal', 'silence');
    fc.assert(
      fc.property(state, cautious, failure, fc.integer({ min: 0, max: 40 }), (from, by, bad, more) => {
        const turns = fallWeight(by) + more;
        const results = Array.from({ length: 2 * turns }, (_, i): Outcome => (i % 2 === 0 ? bad : 'success'));
        expect(run(initialStanding(from), by, results).state).toBe('down');
      }),
    );
  });

  it('never leaves its bounds, and never comes back on fewer than rise successes', () => {
    fc.assert(
      fc.property(state, rules, history, (from, by, results) => {
        let standing = initialStanding(from);
        for (const outcome of results) {
          const next = judge(standing, by, outcome, 0);
          expect(next.doubt).toBeLessThanOrEqual(fallWeight(by));
          expect(successesWanted(next, by)).toBeLessThanOrEqual(Math.max(by.rise, 32));
          if (standing.state === 'down' && next.state === 'up') {
            expect(next.successesInRow).toBeGreaterThanOrEqual(by.rise);
          }
          expect(next.state === 'unknown' && standing.state !== 'unknown').toBe(false);
          standing = next;
        }
      }),
    );
  });
});

describe('judge: random loss, 100 endpoints over 24 hours with the defaults', () => {
  /** Removals and returns when each probe is lost by chance; in doubt a probe every 0.2 s, else every 10 s. */
  function day(loss: number, seed: number): { removals: number; returns: number } {
    const random = new Random(seed * 2_654_435_761);
    let standing = initialStanding('up');
    const seen = { removals: 0, returns: 0 };
    for (let seconds = 0; seconds < 86_400; seconds += isInDoubt(standing) ? 0.2 : 10) {
      const next = judge(standing, defaults, random.fraction() < loss ? 'silence' : 'success', seconds);
      if (next.state === 'down' && standing.state === 'up') seen.removals++;
      if (next.state === 'up' && standing.state === 'down') seen.returns++;
      standing = next;
    }
    return seen;
  }
  const days = (loss: number, first = 1) => Array.from({ length: 100 }, (_, i) => day(loss, first + i));

  it('10 % lost: none is removed, on four days', () => {
    for (let first = 1; first < 400; first += 100)
      expect(days(0.1, first).filter(({ removals }) => removals > 0)).toEqual([]);
  });

  it('50 % lost: all are removed, and all but a few only once; none oscillates', () => {
    const seen = days(0.5);
    expect(seen.filter(({ removals }) => removals === 0)).toEqual([]);
    expect(seen.filter(({ removals }) => removals > 1).length).toBeLessThanOrEqual(5);
    expect(Math.max(...seen.map(({ removals }) => removals))).toBeLessThanOrEqual(2);
  });
});
