import { limits } from '../runtime/limits.ts';
import { ClientKeys } from './client-keys.ts';
import { keyText } from './key-text.ts';
import { prefixRuns } from './prefix-runs.ts';
import { NOTHING, overlay, type RunList } from './runs.ts';
import type { LatencyRow, LatencyTable } from './views.ts';
import { elsewhere } from './walk.ts';

/** The rows of a table by client, and the distinct orders of regions that they come to. */
export class Measurements {
  readonly keys: ClientKeys;
  /** Measured regions, fastest first; a number of a layer is a place in this list. */
  readonly orders: (readonly number[])[] = [];
  /** Whether orders ran out, so that some name the fastest region only. */
  coarse = false;
  private readonly known = new Map<string, number>();
  /** Number of each key's order. */
  private readonly numbers: readonly number[];

  constructor({ rows }: LatencyTable) {
    const clients = new Map<string, { key: LatencyRow['client']; milliseconds: Map<number, number> }>();
    for (const { client, region, milliseconds } of rows) {
      const text = keyText(client);
      const known = clients.get(text) ?? { key: client, milliseconds: new Map() };
      // Of two rows for one client and region the last counts.
      known.milliseconds.set(region, milliseconds);
      clients.set(text, known);
    }
    const all = [...clients.values()];
    this.keys = new ClientKeys(all.map(({ key }) => key));
    this.numbers = all.map(({ milliseconds }) => this.intern(fastestFirst(milliseconds)));
  }

  numberOf(key: number): number {
    return key < 0 ? NOTHING : this.numbers[key]!;
  }

  prefixLayer(family: 4 | 6): RunList {
    const numbered = this.keys.keys.flatMap((key, i) =>
      key.kind === 'prefix' ? [{ prefix: key.prefix, number: this.numbers[i]! }] : [],
    );
    const runs = prefixRuns(family, numbered);
    return family === 4 ? runs : overlay(elsewhere(), runs);
  }

  private intern(order: readonly number[]): number {
    const text = order.join();
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.orders.length >= limits.geoRankings && order.length > 1) {
      this.coarse = true;
      return this.intern(order.slice(0, 1));
    }
    this.known.set(text, this.orders.length);
    return this.orders.push(order) - 1;
  }
}

function fastestFirst(milliseconds: ReadonlyMap<number, number>): number[] {
  return [...milliseconds].sort(([a, fast], [b, slow]) => fast - slow || a - b).map(([region]) => region);
}
