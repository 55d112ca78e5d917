import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/runtime/clock.ts';
import { limits } from '../../src/runtime/limits.ts';
import { TurnLine, type TurnTaker } from '../../src/server/stream-turns.ts';

/** A line in which each turn takes `turnMs`; `done` holds who had one, `rounds` how many came in each round. */
function setUp(turnMs: number) {
  const time = { nowMs: 0 };
  const clock: Clock = {
    now: () => time.nowMs,
    monotonicMs: () => time.nowMs,
    setTimer: () => ({ cancel: () => {} }),
  };
  const line = new TurnLine<TurnTaker>(clock);
  const done: string[] = [];
  /** Waits for `turns` turns, one after the other. */
  const join = (name: string, client: string, turns = 1): TurnTaker => {
    let left = turns;
    const taker: TurnTaker = {
      client,
      turn: () => {
        time.nowMs += turnMs;
        done.push(name);
        if (--left > 0) line.wait(taker);
      },
    };
    line.wait(taker);
    return taker;
  };
  return { line, time, done, join };
}

const round = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('TurnLine', () => {
  it('lets the clients take turns, and the connections of each', async () => {
    const { join, done } = setUp(0);
    for (const name of ['a1', 'a2', 'a3']) join(name, 'a', 2);
    join('b1', 'b');
    join('c1', 'c', 2);
    await round();
    expect(done).toEqual(['a1', 'b1', 'c1', 'a2', 'c1', 'a3', 'a1', 'a2', 'a3']);
  });

  it('serves for a bounded time in a round, and who is left in the next', async () => {
    const { join, done } = setUp(limits.tcpRoundMs / 4);
    join('only', 'a', 10);
    const rounds: number[] = [];
    while (done.length < 10) {
      const before = done.length;
      await round();
      rounds.push(done.length - before);
    }
    expect(rounds).toEqual([4, 4, 2]);
  });

  it('is open while nobody waits and the round has worked little', async () => {
    const { line, time, join } = setUp(0);
    expect(line.isOpen()).toBe(true);
    time.nowMs = limits.tcpRoundMs - 1;
    expect(line.isOpen()).toBe(true);
    time.nowMs = limits.tcpRoundMs;
    expect(line.isOpen()).toBe(false);
    await round();
    expect(line.isOpen()).toBe(true);
    join('one', 'a');
    expect(line.isOpen()).toBe(false);
    await round();
    expect(line.isOpen()).toBe(true);
  });

  it('forgets who leaves', async () => {
    const { line, join, done } = setUp(0);
    const [gone] = [join('a1', 'a'), join('a2', 'a')];
    const last = join('b1', 'b');
    line.leave(gone!);
    line.leave(last);
    line.leave(last);
    await round();
    expect(done).toEqual(['a2']);
  });
});
