import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planConfirmation, planNext, type Timing } from '../../src/health/confirmation.ts';
import { fallWeight, initialStanding, judge, type Standing } from '../../src/health/state-machine.ts';

const timing: Timing = { intervalMs: 10_000, timeoutMs: 2_000, fall: 3, rise: 2 };
const calm = initialStanding('up');
const refused = judge(calm, timing, 'refusal', 0);
const silent = judge(calm, timing, 'silence', 0);

describe('planNext', () => {
  it('calm or down: one probe after the interval, with the whole timeout', () => {
    const plan = { delayMs: 10_000, tries: 1, spacingMs: 0, deadlineMs: 2_000, silenceWeight: 1 };
    expect(planNext(calm, timing, 20, false)).toEqual({ ...plan, suspectMs: 1_000 });
    const down = planNext(initialStanding('down'), timing, 20, true);
    expect(down).toEqual({ ...plan, suspectMs: undefined });
  });

  it('after a refusal: one probe a second later, or by the interval when that is shorter', () => {
    expect(planNext(refused, timing, 20, false)).toMatchObject({
      delayMs: 1_000,
      tries: 1,
      deadlineMs: 2_000,
    });
    expect(planNext(refused, { ...timing, intervalMs: 300 }, 20, false).delayMs).toBe(300);
  });

  it.each([
    [timing, 20, 1_000],
    [timing, 800, 1_600],
    [timing, 1_000, undefined],
    [timing, undefined, undefined],
    [{ ...timing, timeoutMs: 1_000 }, 20, undefined],
    [{ ...timing, fall: 1 }, 20, undefined],
  ])('%j, usually %s ms: suspected after %s ms', (by, usualMs, suspectMs) => {
    expect(planNext(calm, by, usualMs, false).suspectMs).toBe(suspectMs);
  });

  it('after silence: ten tries over a second, each with a second to answer', () => {
    expect(planNext(silent, timing, 20, false)).toEqual({
      delayMs: 0,
      tries: 10,
      spacingMs: 100,
      deadlineMs: 1_000,
      silenceWeight: 1,
      suspectMs: undefined,
    });
    expect(planConfirmation(timing, 20, false)).toEqual(planNext(silent, timing, 20, false));
  });

  it('after silence when slots are scarce: two tries that weigh as much', () => {
    expect(planNext(silent, timing, 20, true)).toMatchObject({ tries: 2, spacingMs: 500, silenceWeight: 5 });
  });

  it('gives a slow endpoint twice its usual time, and one that never answered all of the timeout', () => {
    expect(planNext(silent, timing, 800, false).deadlineMs).toBe(1_600);
    expect(planNext(silent, timing, 1_900, false).deadlineMs).toBe(2_000);
    expect(planNext(silent, timing, undefined, false).deadlineMs).toBe(2_000);
  });

  const timings = fc.record({
    intervalMs: fc.integer({ min: 100, max: 60_000 }),
    timeoutMs: fc.integer({ min: 50, max: 20_000 }),
    fall: fc.integer({ min: 2, max: 11 }),
    rise: fc.integer({ min: 1, max: 10 }),
  });

  it('a fast endpoint that falls silent is out within (fall − 1) quick intervals, or a second', () => {
    fc.assert(
      fc.property(timings, fc.boolean(), (by, scarce) => {
        let standing: Standing = judge(calm, by, 'silence', 0);
        const plan = planNext(standing, by, 1, scarce);
        for (let i = 0; i < plan.tries; i++) {
          standing = judge(standing, by, 'silence', 0, plan.silenceWeight);
        }
        expect(standing.state).toBe('down');
        expect(standing.doubt).toBe(fallWeight(by));
        const quickMs = Math.min(by.intervalMs, 1_000);
        const lastEndsMs = plan.spacingMs * (plan.tries - 1) + plan.deadlineMs;
        expect(lastEndsMs).toBeLessThanOrEqual(Math.max((by.fall - 1) * quickMs, 1_000) + 1e-6);
      }),
    );
  });
});
