import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSelf, type SelfState, type Sight } from '../../src/health/self-state.ts';

const rules = { share: 0.8, maxMs: 600_000 };
const well: SelfState = { kind: 'well' };
const isolated: SelfState = { kind: 'isolated', sinceMs: 1_000, cause: 'endpoints' };
const givenIn: SelfState = { kind: 'given-in', sinceMs: 1_000 };

/** Regions as `members/lost/unheard`, references as `total/up/down`. */
function sight(regions: string, references = '0/0/0'): Sight {
  const [total, up, down] = references.split('/').map(Number) as [number, number, number];
  return {
    regions: regions.split(' ').map((text) => {
      const [members, lost, unheard] = text.split('/').map(Number) as [number, number, number];
      return { members, lost, unheard };
    }),
    references: { total, up, down },
  };
}

describe('judgeSelf', () => {
  it.each<[string, SelfState, string, string, SelfState['kind']]>([
    ['all lost at once', well, '2/2/2 2/2/2 2/2/2', '0/0/0', 'isolated'],
    ['most of them', well, '5/5/5 5/4/4', '0/0/0', 'isolated'],
    ['too few', well, '5/5/5 5/3/3', '0/0/0', 'well'],
    ['one region of two', well, '2/2/2 2/0/0', '0/0/0', 'well'],
    ['one region that has most endpoints', well, '8/8/8 1/0/0 1/0/0', '0/0/0', 'well'],
    ['such a region and a stray one', well, '8/8/8 1/1/1 1/0/0', '0/0/0', 'well'],
    ['one region alone', well, '9/9/9', '0/0/0', 'well'],
    ['two endpoints alone', well, '1/1/1 1/1/1', '0/0/0', 'well'],
    ['lost one after the other, over more than the window', well, '2/1/2 2/1/2', '0/0/0', 'well'],
    ['a real outage while references answer', well, '2/2/2 2/2/2', '2/2/0', 'well'],
    ['half of the references are enough', well, '2/2/2 2/2/2', '2/1/1', 'well'],
    ['references unknown: the guess holds', well, '2/2/2 2/2/2', '2/0/0', 'isolated'],
    ['references and half of the endpoints', well, '2/2/2 2/0/0', '3/1/2', 'isolated'],
    ['references alone, while endpoints answer', well, '2/1/1 2/0/0', '3/0/3', 'well'],
    ['stays while half is unheard', isolated, '2/0/2 2/0/0', '0/0/0', 'isolated'],
    ['ends when fewer are', isolated, '2/0/1 2/0/0', '0/0/0', 'well'],
    ['ends when references answer', isolated, '2/2/2 2/2/2', '2/2/0', 'well'],
    ['goes on while they do not', isolated, '2/2/2 2/2/2', '3/1/2', 'isolated'],
    ['given in: no second time', givenIn, '2/2/2 2/2/2', '3/0/3', 'given-in'],
    ['given in: nothing left that was up', givenIn, '0/0/0', '0/0/0', 'well'],
    ['given in, with references that do not answer', givenIn, '0/0/0', '2/0/2', 'given-in'],
    ['given in: over when references answer', givenIn, '2/2/2 2/2/2', '2/1/0', 'well'],
  ])('%s', (_, before, regions, references, kind) => {
    expect(judgeSelf(before, rules, sight(regions, references), 2_000).kind).toBe(kind);
  });

  it('gives in at its bound, not before', () => {
    const blind = sight('2/0/2 2/0/2');
    expect(judgeSelf(isolated, rules, blind, 600_999)).toEqual(isolated);
    expect(judgeSelf(isolated, rules, blind, 601_000)).toEqual({ kind: 'given-in', sinceMs: 601_000 });
  });

  it('says since when, and by what', () => {
    const from = (references: string) => judgeSelf(well, rules, sight('2/2/2 2/2/2', references), 7);
    expect(from('0/0/0')).toEqual({ kind: 'isolated', sinceMs: 7, cause: 'endpoints' });
    expect(from('1/0/1')).toEqual({ kind: 'isolated', sinceMs: 7, cause: 'references' });
  });

  const region = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([members, part]) => ({
      members,
      lost: Math.floor(members * part),
      unheard: Math.ceil(members * part),
    }));

  it('is never isolated by what happens in one region, nor while references answer', () => {
    fc.assert(
      fc.property(fc.array(region, { minLength: 1, maxLength: 6 }), fc.boolean(), (regions, answered) => {
        const references = answered ? { total: 2, up: 1, down: 1 } : { total: 0, up: 0, down: 0 };
        const seen = answered ? regions : regions.map((one, i) => (i === 0 ? one : { ...one, lost: 0 }));
        expect(judgeSelf(well, rules, { regions: seen, references }, 0)).toEqual(well);
      }),
    );
  });
});
