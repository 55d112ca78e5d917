/** What the table needs of a connection. */
export interface TableEntry {
  /** Who is at the other end; connections of one client share a bound. */
  readonly client: string;
  /** Monotonic milliseconds of its last complete query, or of its start. */
  activeMs: number;
  close(): void;
}

/**
 * All open connections, the longest idle first, in all and for each client. When a bound is reached the longest
 * idle one gives way to the new: idle connections cannot shut out the next client (RFC 7766 §6.2.3 lets a server
 * close them at any time).
 */
export class ConnectionTable<T extends TableEntry> {
  /** Sets keep the order of insertion: an active connection moves to the end. */
  private readonly all = new Set<T>();
  private readonly byClient = new Map<string, Set<T>>();
  private readonly most: number;
  private readonly mostPerClient: number;

  constructor(most: number, mostPerClient: number) {
    this.most = most;
    this.mostPerClient = mostPerClient;
  }

  get size(): number {
    return this.all.size;
  }

  /** Adds a connection and closes the one that has to give way, which is returned. */
  add(entry: T): T | undefined {
    const own = this.byClient.get(entry.client) ?? new Set<T>();
    let victim: T | undefined;
    if (own.size >= this.mostPerClient) [victim] = own;
    else if (this.all.size >= this.most) [victim] = this.all;
    if (victim !== undefined) {
      this.remove(victim);
      victim.close();
    }
    own.add(entry);
    this.byClient.set(entry.client, own);
    this.all.add(entry);
    return victim;
  }

  remove(entry: T): void {
    this.all.delete(entry);
    const own = this.byClient.get(entry.client);
    own?.delete(entry);
    if (own?.size === 0) this.byClient.delete(entry.client);
  }

  /** Notes a complete query at `nowMs`. */
  touch(entry: T, nowMs: number): void {
    entry.activeMs = nowMs;
    const own = this.byClient.get(entry.client);
    if (own === undefined || !this.all.delete(entry)) return;
    this.all.add(entry);
    own.delete(entry);
    own.add(entry);
  }

  /** Closes what has been idle since before `sinceMs` and returns how many that were. */
  closeIdle(sinceMs: number): number {
    let closed = 0;
    for (const entry of this.all) {
      if (entry.activeMs >= sinceMs) break;
      this.remove(entry);
      entry.close();
      closed++;
    }
    return closed;
  }

  /** The longest idle first. A copy: entries may leave while it is walked. */
  entries(): readonly T[] {
    return [...this.all];
  }
}
