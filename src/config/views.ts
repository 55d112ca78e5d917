import { keyText } from '../geo/key-text.ts';
import type { LatencyTable, View } from '../geo/views.ts';
import { limits } from '../runtime/limits.ts';

/** The views that policies ask for, each different one once, in the order of their first use. */
export class ViewList {
  readonly views: View[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly tables = new Map<LatencyTable, number>();

  /** The index of a view; undefined when there are too many different ones. */
  add(view: View): number | undefined {
    const key = this.nameOf(view);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    if (this.views.length === limits.views) return undefined;
    this.indexes.set(key, this.views.length);
    return this.views.push(view) - 1;
  }

  /** Equal views have equal names. A table is itself: each file is read once. */
  private nameOf(view: View): string {
    if (view.kind === 'distance') return `distance ${view.bias.join()}`;
    if (view.kind === 'match')
      return `match ${view.entries.map(({ keys }) => keys.map(keyText).join()).join(';')}`;
    const number = this.tables.get(view.table) ?? this.tables.size;
    this.tables.set(view.table, number);
    return `latency ${number}`;
  }
}
