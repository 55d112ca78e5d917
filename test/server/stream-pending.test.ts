import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { PendingAnswers } from '../../src/server/stream-pending.ts';

const MOST = 1_000;

/** Slow readers; each gives its bytes back when it is closed. */
function setUp() {
  const pending = new PendingAnswers<{ close(): void }>(MOST);
  const closed: string[] = [];
  const reader = (name: string, bytes: number) => {
    pending.bytes += bytes;
    return {
      close: () => {
        pending.bytes -= bytes;
        closed.push(name);
      },
    };
  };
  return { pending, closed, reader };
}

describe('PendingAnswers', () => {
  it('allows each connection its share up to a bound in all, then nothing', () => {
    const { pending } = setUp();
    pending.bytes = MOST;
    expect(pending.allowedBytes).toBe(limits.tcpPendingBytes);
    pending.bytes = MOST + 1;
    expect(pending.allowedBytes).toBe(0);
  });

  it('closes the longest stalled beyond twice the bound, no more than must go', () => {
    const { pending, closed, reader } = setUp();
    const readers = ['one', 'two', 'three', 'four'].map((name) => reader(name, 400));
    expect(readers.map((each) => pending.stall(each))).toEqual([0, 0, 0, 0]);
    pending.leave(readers[0]!);
    expect(pending.stall(reader('five', 1_000))).toBe(2);
    expect(closed).toEqual(['two', 'three']);
    expect(pending.bytes).toBe(1_800);
  });

  it('closes the newest when it alone is too much', () => {
    const { pending, closed, reader } = setUp();
    expect(pending.stall(reader('huge', 2 * MOST + 1))).toBe(1);
    expect([closed, pending.bytes]).toEqual([['huge'], 0]);
  });
});
