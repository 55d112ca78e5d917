import { describesItself, type MapViews, viewMap } from './layout.ts';

/**
 * Whether every look-up in this map ends, stays inside it and ends in an existing number: asked of maps that were
 * read from disk. One pass over the sections, some milliseconds.
 */
export function isSoundMap(buffer: SharedArrayBuffer): boolean {
  if (!describesItself(buffer)) return false;
  const map = viewMap(buffer);
  return map.numberCount > 0 && soundRankings(map) && soundCells(map);
}

function soundRankings(map: MapViews): boolean {
  const seen = new Int32Array(map.regionCount).fill(-1);
  for (let ranking = 0; map.regionCount > 0 && ranking < map.numberCount; ranking++) {
    for (let position = 0; position < map.regionCount; position++) {
      const region = map.rankings[ranking * map.regionCount + position]!;
      if (region >= map.regionCount || seen[region] === ranking) return false;
      seen[region] = ranking;
    }
  }
  return true;
}

/** Groups follow one another without a gap, and a cell points forwards to the start of one: no loop is possible. */
function soundCells(map: MapViews): boolean {
  const { keys, cells } = map;
  /** How many levels below the root a group may stand; 0 where none starts. */
  const levels = new Uint8Array(keys.length);
  for (const [root, deepest] of [
    [map.root4, 1],
    [map.root6, 7],
  ] as const) {
    for (const cell of root) {
      if (cell >= 0 ? !isLeaf(map, cell, 16) : !mark(levels, ~cell, deepest)) return false;
    }
  }
  for (let base = 0; base < keys.length; ) {
    const end = base + keys[base]! + 1;
    if (end > keys.length) return false;
    for (let at = base; at < end; at++) {
      const cell = cells[at]!;
      if (at > base + 1 && keys[at]! <= keys[at - 1]!) return false;
      if (at > base && levels[at] !== 0) return false;
      if (cell >= 0 ? !isLeaf(map, cell, 0) : ~cell < end || !mark(levels, ~cell, levels[base]! - 1))
        return false;
    }
    base = end;
  }
  return true;
}

function isLeaf(map: MapViews, cell: number, longestScope: number): boolean {
  return cell >>> 8 < map.numberCount && (cell & 0xff) <= longestScope;
}

/** Notes that a group may start at `base`; a group has one parent. */
function mark(levels: Uint8Array, base: number, level: number): boolean {
  if (base >= levels.length || levels[base] !== 0 || level < 1) return false;
  levels[base] = level;
  return true;
}
