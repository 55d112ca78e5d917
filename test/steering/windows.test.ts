import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../src/steering/window.ts';
import { nextEdge, standingAt, windowHolds } from '../../src/steering/windows.ts';

const week = [1, 2, 3, 4, 5, 6, 7];
const at = (text: string): number => Date.parse(text);
const show = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace('.000Z', 'Z');

function window(text: string, timeZone = 'UTC', days: readonly number[] = week): Window {
  const [fromMinute, toMinute] = text.split('-').map((clock) => {
    const [hours, minutes] = clock.split(':').map(Number);
    return hours! * 60 + minutes!;
  });
  return { timeZone, days, fromMinute: fromMinute!, toMinute: toMinute! };
}

describe('windowHolds', () => {
  const cases: readonly (readonly [string, Window, string, boolean])[] = [
    ['begins on its minute', window('09:00-17:00'), '2026-03-04T09:00:00Z', true],
    ['not a millisecond earlier', window('09:00-17:00'), '2026-03-04T08:59:59.999Z', false],
    ['ends before its minute', window('09:00-17:00'), '2026-03-04T17:00:00Z', false],
    ['on its day', window('09:00-17:00', 'UTC', [3]), '2026-03-04T12:00:00Z', true],
    ['not on another', window('09:00-17:00', 'UTC', [4]), '2026-03-04T12:00:00Z', false],
    ['over midnight, before', window('22:00-06:00', 'UTC', [3]), '2026-03-04T23:00:00Z', true],
    ['over midnight, after', window('22:00-06:00', 'UTC', [3]), '2026-03-05T05:59:00Z', true],
    ['over midnight, begun the day before', window('22:00-06:00', 'UTC', [3]), '2026-03-04T05:00:00Z', false],
    ['from Sunday into Monday', window('22:00-06:00', 'UTC', [7]), '2026-03-09T03:00:00Z', true],
    ['until the end of the day', window('18:00-24:00', 'UTC', [3]), '2026-03-04T23:59:59Z', true],
    ['not into the next', window('18:00-24:00', 'UTC', [3]), '2026-03-05T00:00:00Z', false],
    ['a whole day from midnight', window('00:00-00:00', 'UTC', [3]), '2026-03-04T23:59:00Z', true],
    ['a whole day from six', window('06:00-06:00', 'UTC', [3]), '2026-03-05T05:59:00Z', true],
    ['a whole day, over', window('06:00-06:00', 'UTC', [3]), '2026-03-05T06:00:00Z', false],
    ['the day is that of the zone', window('08:00-10:00', 'Asia/Tokyo', [4]), '2026-03-03T23:30:00Z', false],
    ['the day is that of the zone', window('08:00-10:00', 'Asia/Tokyo', [3]), '2026-03-03T23:30:00Z', true],
    ['half an hour off', window('09:00-09:30', 'Asia/Kolkata'), '2026-03-04T03:30:00Z', true],
    ['three quarters off', window('09:00-09:30', 'Asia/Kathmandu'), '2026-03-04T03:15:00Z', true],
  ];
  it.each(cases)('%s: %o at %s', (_, given, now, holds) => {
    expect(windowHolds(given, at(now))).toBe(holds);
  });

  it('refuses a zone that is none', () => {
    expect(() => windowHolds(window('09:00-17:00', 'Mars/Olympus'), 0)).toThrow(RangeError);
  });
});

describe('nextEdge', () => {
  const berlin = 'Europe/Berlin';
  const cases: readonly (readonly [string, Window, string, string | undefined])[] = [
    ['its begin', window('09:00-17:00'), '2026-03-04T08:00:00Z', '2026-03-04T09:00:00Z'],
    ['its end, strictly later', window('09:00-17:00'), '2026-03-04T09:00:00Z', '2026-03-04T17:00:00Z'],
    ['the next day', window('09:00-17:00'), '2026-03-04T17:00:00Z', '2026-03-05T09:00:00Z'],
    ['the next week', window('09:00-17:00', 'UTC', [3]), '2026-03-04T17:00:00Z', '2026-03-11T09:00:00Z'],
    ['days that touch', window('00:00-00:00', 'UTC', [3, 4]), '2026-03-04T01:00:00Z', '2026-03-06T00:00:00Z'],
    ['never: always', window('06:00-06:00'), '2026-03-04T01:00:00Z', undefined],
    ['never: always, till 24', window('00:00-24:00'), '2026-03-04T01:00:00Z', undefined],
    ['never: no day', window('06:00-07:00', 'UTC', []), '2026-03-04T01:00:00Z', undefined],
    // Berlin: 2026-03-29 02:00 → 03:00, 2026-10-25 03:00 → 02:00.
    ['begins in the gap', window('02:30-05:00', berlin), '2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z'],
    ['in the gap alone', window('02:15-02:45', berlin, [7]), '2026-03-28T12:00:00Z', '2026-04-05T00:15:00Z'],
    ['over the gap', window('01:00-04:00', berlin), '2026-03-29T00:30:00Z', '2026-03-29T02:00:00Z'],
    ['shown twice, first', window('02:15-02:45', berlin), '2026-10-25T00:20:00Z', '2026-10-25T00:45:00Z'],
    ['shown twice, again', window('02:15-02:45', berlin), '2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z'],
    ['back into it', window('02:00-02:59', berlin), '2026-10-25T00:59:00Z', '2026-10-25T01:00:00Z'],
    [
      'put back half an hour, before it',
      window('01:45-03:00', 'Australia/Lord_Howe'),
      '2026-04-04T14:50:00Z',
      '2026-04-04T15:00:00Z',
    ],
    [
      'a zone that skipped a Friday',
      window('10:00-11:00', 'Pacific/Apia', [5]),
      '2011-12-24T00:00:00Z',
      '2012-01-05T20:00:00Z',
    ],
  ];
  it.each(cases)('%s', (_, given, now, edge) => {
    expect(show(nextEdge(given, at(now)))).toBe(edge);
  });

  const zones = [
    ...[
      'UTC',
      berlin,
      'America/New_York',
      'America/St_Johns',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Africa/Cairo',
    ],
    ...['Australia/Lord_Howe', 'Pacific/Apia', 'America/Havana', 'America/Asuncion', 'Africa/Casablanca'],
  ];
  const anyWindow = fc.record({
    timeZone: fc.constantFrom(...zones),
    days: fc.subarray(week),
    fromMinute: fc.integer({ min: 0, max: 1_439 }),
    toMinute: fc.integer({ min: 0, max: 1_440 }),
  });
  const anyTime = fc.integer({ min: at('2010-01-01'), max: at('2030-01-01') });
  const nearChange = fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2024-03-10T05:00Z', '2011-12-30T10:00Z'),
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
    )
    .map(([time, off]) => at(time) + off);

  it('the window is the same until then, and other then', () => {
    fc.assert(
      fc.property(
        anyWindow,
        fc.oneof(anyTime, nearChange),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (given, now, fractions) => {
          const holds = windowHolds(given, now);
          const edge = nextEdge(given, now);
          const until = edge ?? now + 28 * 86_400_000;
          expect(until).toBeGreaterThan(now);
          if (edge !== undefined) expect(windowHolds(given, edge)).toBe(!holds);
          const between = fractions.map((fraction) => Math.floor(now + fraction * (until - now)));
          for (const ms of [...between.filter((ms) => ms < until), until - 1]) {
            expect(windowHolds(given, ms)).toBe(holds);
          }
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('standingAt', () => {
  it('is what the two others say, in whatever order it is asked', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu');
    const minute = fc.nat(1_439);
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }));
    const given = fc.record({ timeZone: zone, days, fromMinute: minute, toMinute: minute });
    const moment = fc.integer({ min: at('2026-03-20T00:00:00Z'), max: at('2026-04-10T00:00:00Z') });
    fc.assert(
      fc.property(given, fc.array(moment, { minLength: 2, maxLength: 6 }), (one, moments) => {
        for (const now of moments) {
          const { holds, edgeMs } = standingAt({ ...one }, now);
          expect([holds, edgeMs]).toEqual([windowHolds(one, now), nextEdge(one, now)]);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('asks no clock of a zone again before the edge', () => {
    const one = window('09:00-17:00', 'Europe/Lisbon');
    const first = standingAt(one, at('2026-03-04T10:00:00Z'));
    expect(standingAt({ ...one }, at('2026-03-04T16:59:59Z'))).toBe(first);
    expect(standingAt(one, at('2026-03-04T17:00:00Z'))).not.toBe(first);
    expect(standingAt(one, at('2026-03-04T10:00:00Z')).holds).toBe(true);
  });
});
