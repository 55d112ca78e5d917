import { GroupEntries, writeGroups } from './groups.ts';
import { createMap, viewMap } from './layout.ts';
import type { Layer } from './walk.ts';

/** The rankings that numbers stand for: `regionCount` bytes each. A view without rankings has no regions. */
export interface Rows {
  readonly regionCount: number;
  readonly table: Uint8Array;
}

/** The buffer of `map.ts` for runs of numbers below `numberCount`. */
export function writeMap({ ipv4, ipv6 }: Layer, numberCount: number, rows?: Rows): SharedArrayBuffer {
  const root4 = new Int32Array(65_536);
  const root6 = new Int32Array(65_536);
  const groups = new GroupEntries();
  writeGroups(ipv4, root4, groups);
  writeGroups(ipv6, root6, groups);
  const map = createMap(rows?.regionCount ?? 0, numberCount, groups.count);
  const views = viewMap(map);
  if (rows !== undefined) views.rankings.set(rows.table);
  views.root4.set(root4);
  views.root6.set(root6);
  views.cells.set(groups.cells.subarray(0, groups.count));
  views.keys.set(groups.keys.subarray(0, groups.count));
  return map;
}
