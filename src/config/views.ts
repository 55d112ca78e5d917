import type { View } from '../geo/views.ts';
import { limits } from '../runtime/limits.ts';

/** The views that policies ask for, each different one once, in the order of their first use. */
export class ViewList {
  readonly views: View[] = [];
  private readonly indexes = new Map<string, number>();

  /** The index of a view; undefined when there are too many different ones. */
  add(view: View): number | undefined {
    const key = JSON.stringify(view, (_, value: unknown) =>
      value instanceof Uint8Array ? [...value] : value,
    );
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    if (this.views.length === limits.views) return undefined;
    this.indexes.set(key, this.views.length);
    return this.views.push(view) - 1;
  }
}
