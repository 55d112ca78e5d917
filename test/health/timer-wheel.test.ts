import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerWheel } from '../../src/health/timer-wheel.ts';
import { Seat } from '../../src/health/waiting-list.ts';

const SLOTS = 8;
const TICK_MS = 4;

describe('TimerWheel', () => {
  it('gives each thing once, at its tick, over many turns, whatever leaves or moves meanwhile', () => {
    const action = fc.oneof(
      fc.record({ add: fc.nat(9), inMs: fc.integer({ min: -5, max: 5 * SLOTS * TICK_MS }) }),
      fc.record({ leave: fc.nat(9) }),
      fc.record({ passMs: fc.integer({ min: 0, max: 3 * SLOTS * TICK_MS }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const wheel = new TimerWheel<number>(SLOTS, TICK_MS);
        const seats = Array.from({ length: 10 }, (_, i) => new Seat(i));
        const model = new Map<number, number>();
        let nowMs = 0;
        for (const act of actions) {
          if ('add' in act) {
            wheel.add(seats[act.add]!, nowMs + act.inMs);
            model.set(act.add, Math.ceil((nowMs + act.inMs) / TICK_MS) * TICK_MS);
          } else if ('leave' in act) {
            seats[act.leave]!.leave();
            model.delete(act.leave);
          } else {
            nowMs += act.passMs;
            const taken: number[] = [];
            for (let item = wheel.take(nowMs); item !== undefined; item = wheel.take(nowMs)) taken.push(item);
            const due = [...model].filter(([, dueMs]) => dueMs <= nowMs).map(([item]) => item);
            expect(taken.toSorted()).toEqual(due.toSorted());
            for (const item of taken) model.delete(item);
          }
          const firstMs = Math.min(...model.values());
          if (model.size > 0) expect(wheel.nextMs).toBeLessThanOrEqual(Math.max(firstMs, nowMs));
        }
      }),
      { seed: 41 },
    );
  });

  it('knows when the next is due, exactly within a turn', () => {
    const wheel = new TimerWheel<string>(SLOTS, TICK_MS);
    expect(wheel.nextMs).toBeUndefined();
    wheel.add(new Seat('late'), 20);
    wheel.add(new Seat('early'), 9);
    expect(wheel.nextMs).toBe(12);
    expect(wheel.take(11)).toBeUndefined();
    expect(wheel.take(12)).toBe('early');
    expect(wheel.nextMs).toBe(20);
  });

  it('what is due many turns later is looked for once a turn, and comes at its time', () => {
    const wheel = new TimerWheel<string>(SLOTS, TICK_MS);
    const dueMs = 100 * SLOTS * TICK_MS + TICK_MS;
    wheel.add(new Seat('far'), dueMs);
    let looks = 0;
    for (let nextMs = wheel.nextMs; nextMs !== undefined && nextMs < dueMs; nextMs = wheel.nextMs) {
      expect(wheel.take(nextMs)).toBeUndefined();
      looks++;
    }
    expect(looks).toBe(100);
    expect(wheel.take(dueMs)).toBe('far');
    expect(wheel.nextMs).toBeUndefined();
  });

  it('gives what is due at one tick in the order in which it came', () => {
    const wheel = new TimerWheel<number>(SLOTS, TICK_MS);
    for (const item of [3, 1, 2]) wheel.add(new Seat(item), 6);
    expect([wheel.take(8), wheel.take(8), wheel.take(8)]).toEqual([3, 1, 2]);
  });
});
