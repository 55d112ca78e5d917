import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFloor, type Floor, type FloorMember } from '../../src/steering/floor.ts';

type Verdict = FloorMember['wanted'];
const verdicts: Readonly<Record<string, Verdict>> = { u: 'up', g: 'degraded', d: 'down', '?': 'unknown' };

/** Words `region:weight:before→wanted`, each state by its letter; `-` for none before. */
function members(text: string): FloorMember[] {
  return text.split(' ').map((word) => {
    const [region, weight, states] = word.split(':');
    const [before, wanted] = [...states!].map((letter) => verdicts[letter]);
    return { region: Number(region), weight: Number(weight), before, wanted: wanted! };
  });
}

const letters = (list: readonly Verdict[]): string =>
  list.map((verdict) => Object.keys(verdicts).find((letter) => verdicts[letter] === verdict)).join('');

describe('applyFloor', () => {
  const two: Floor = { regions: 2, capacity: 0 };
  const half: Floor = { regions: 0, capacity: 0.5 };
  it.each([
    ['all are up', '0:1:uu 1:1:uu 2:1:uu', two, 'uuu', false],
    ['one of three regions goes', '0:1:ud 1:1:uu 2:1:uu', two, 'duu', false],
    ['two of three go', '0:1:ud 1:1:ud 2:1:uu', two, 'uuu', true],
    ['what was down before stays so', '0:1:dd 1:1:ud 2:1:uu', two, 'duu', true],
    ['one comes up under the floor', '0:1:du 1:1:ud 2:1:ud', two, 'uuu', true],
    ['degraded ones stay', '0:1:ug 1:1:ug 2:1:ud', two, 'ggd', false],
    ['a frozen one keeps its degree', '0:1:gd 1:1:ud 2:1:ug', two, 'gug', true],
    ['nothing is known', '0:1:-? 1:1:-? 2:1:-?', two, '???', false],
    ['began below', '0:1:-d 1:1:-d 2:1:-u', two, 'ddu', true],
    ['fewer regions than the floor names', '0:1:uu 0:1:ud', two, 'ud', false],
    ['half of the weight stays', '0:2:ud 1:1:uu 2:1:uu', half, 'duu', false],
    ['less than half would', '0:3:ud 1:1:uu 2:1:uu', half, 'uuu', true],
    ['drained ones weigh nothing', '0:0:ud 1:1:uu 2:1:uu', half, 'duu', false],
    ['nothing weighs anything', '0:0:ud 1:0:uu', half, 'du', false],
    [
      'weights that decimals miss',
      '0:1:ud 0:1:ud 0:1:ud 1:7:uu',
      { regions: 0, capacity: 0.7 },
      'dddu',
      false,
    ],
  ])('%s', (_, text, floor, expected, frozen) => {
    const result = applyFloor(members(text), floor);
    expect([letters(result.verdicts), result.frozen]).toEqual([expected, frozen]);
  });

  const verdict = fc.constantFrom<Verdict>('up', 'degraded', 'down', 'unknown');
  const member = fc.record({ region: fc.nat(4), weight: fc.nat(10), wanted: verdict, before: verdict });
  const list = fc.array(member, { minLength: 1, maxLength: 12 });
  const anyFloor = fc.record({ regions: fc.nat(6), capacity: fc.double({ min: 0, max: 1, noNaN: true }) });
  const meets = (states: readonly Verdict[], of: readonly FloorMember[], floor: Floor): boolean =>
    !applyFloor(
      of.map((one, i) => ({ ...one, wanted: states[i]! })),
      floor,
    ).frozen;

  it('never leaves less than the floor unless it began with less', () => {
    fc.assert(
      fc.property(list, anyFloor, (of, floor) => {
        const before = of.map((one) => one.before);
        fc.pre(meets(before, of, floor));
        expect(meets(applyFloor(of, floor).verdicts, of, floor)).toBe(true);
      }),
      { seed: 11 },
    );
  });

  it('follows health where the floor allows it, and always upwards', () => {
    fc.assert(
      fc.property(list, anyFloor, (of, floor) => {
        const { verdicts: inForce, frozen } = applyFloor(of, floor);
        for (const [i, { wanted }] of of.entries()) {
          if (!frozen || wanted !== 'down') expect(inForce[i]).toBe(wanted);
        }
      }),
      { seed: 12 },
    );
  });

  it('a healthy set is never frozen, and one that health finds healthy again thaws', () => {
    fc.assert(
      fc.property(list, anyFloor, (of, floor) => {
        const healthy = of.map((one) => ({ ...one, wanted: 'up' as const }));
        expect(applyFloor(healthy, floor)).toEqual({ verdicts: healthy.map(() => 'up'), frozen: false });
      }),
      { seed: 13 },
    );
  });

  it('holds through any history: from all up, never below', () => {
    const history = fc.array(fc.array(verdict, { minLength: 6, maxLength: 6 }), { maxLength: 20 });
    fc.assert(
      fc.property(history, anyFloor, (steps, floor) => {
        const pool = steps[0]?.map((_, i) => ({ region: i % 3, weight: 1 + i })) ?? [];
        let inForce: readonly Verdict[] = pool.map(() => 'up');
        for (const wanted of steps) {
          const now = pool.map((one, i) => ({ ...one, wanted: wanted[i]!, before: inForce[i] }));
          inForce = applyFloor(now, floor).verdicts;
          expect(meets(inForce, now, floor)).toBe(true);
        }
      }),
      { seed: 14 },
    );
  });
});
