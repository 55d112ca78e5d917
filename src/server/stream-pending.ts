import { limits } from '../runtime/limits.ts';

/** A connection whose peer does not read. */
export interface SlowReader {
  close(): void;
}

/**
 * Answers that wait for slow readers, over all connections of a worker. Each connection may hold
 * `limits.tcpPendingBytes`, which ten thousand of them could make more than the machine has: beyond `mostBytes`
 * nobody may leave anything unsent and be read from, and beyond twice that who has not read for longest is closed.
 */
export class PendingAnswers<T extends SlowReader> {
  bytes = 0;
  private readonly mostBytes: number;
  /** The longest stalled first. */
  private readonly stalled = new Set<T>();

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** What a connection may leave unsent before it is stalled. */
  get allowedBytes(): number {
    return this.bytes > this.mostBytes ? 0 : limits.tcpPendingBytes;
  }

  /** Notes who is not read from until it has read; returns how many gave way, of which it may be one. */
  stall(connection: T): number {
    this.stalled.add(connection);
    let closed = 0;
    for (const longest of this.stalled) {
      if (this.bytes <= 2 * this.mostBytes) break;
      this.stalled.delete(longest);
      longest.close();
      closed++;
    }
    return closed;
  }

  leave(connection: T): void {
    this.stalled.delete(connection);
  }
}
