import type { QuerySource } from '../query/source.ts';

/** What the table needs of a connection. */
export interface TableEntry {
  /** Who is at the other end; connections of one client share a bound. Undefined: not known, no such bound. */
  readonly client: string | undefined;
  /** Monotonic milliseconds of its last complete query, or of its start. */
  readonly activeMs: number;
  close(): void;
}

/** The name under which the connections of `source` are counted: a v6 client owns a whole /64 (RFC 6177). */
export function clientOf({ family, w0, w1 }: QuerySource): string {
  return family === 4 ? `${w0}` : `${w0}:${w1}`;
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
    const own = this.ofClient(entry);
    let victim: T | undefined;
    if (own !== undefined && own.size >= this.mostPerClient) [victim] = own;
    else if (this.all.size >= this.most) [victim] = this.all;
    if (victim !== undefined) {
      this.remove(victim);
      victim.close();
    }
    own?.add(entry);
    if (own !== undefined) this.byClient.set(entry.client!, own);
    this.all.add(entry);
    return victim;
  }

  remove(entry: T): void {
    if (!this.all.delete(entry) || entry.client === undefined) return;
    const own = this.byClient.get(entry.client);
    own?.delete(entry);
    if (own?.size === 0) this.byClient.delete(entry.client);
  }

  /** Notes that it has just been active; to be called with its `activeMs` set to now. */
  touch(entry: T): void {
    if (!this.all.delete(entry)) return;
    this.all.add(entry);
    const own = this.ofClient(entry);
    if (own?.delete(entry)) own.add(entry);
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

  private ofClient({ client }: T): Set<T> | undefined {
    return client === undefined ? undefined : (this.byClient.get(client) ?? new Set<T>());
  }

  /** The longest idle first. A copy: entries may leave while it is walked. */
  entries(): readonly T[] {
    return [...this.all];
  }
}
