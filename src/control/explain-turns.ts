import { limits } from '../runtime/limits.ts';

/**
 * One explanation in a turn of the event loop, and few that wait for theirs: each takes milliseconds of the thread that
 * publishes.
 */
export class ExplainTurns {
  private inHand = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** What `explain` returns, when its turn has come; undefined when too many wait already. Rejects as it throws. */
  take<T>(explain: () => T): Promise<T> | undefined {
    if (this.inHand > limits.explainsWaiting) return undefined;
    this.inHand++;
    const turn = this.last.then(explain);
    this.last = turn
      .catch(() => undefined)
      .then(nextTurn)
      .finally(() => this.inHand--);
    return turn;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
