import { assert } from '../runtime/assert.ts';

const magic = 0x4d474d31;
/** Changes whenever a map of the old form would be read wrongly. */
export const mapVersion = 1;

const headerWords = 8;
const Header = { MAGIC: 0, VERSION: 1, BYTES: 2, REGIONS: 3, NUMBERS: 4, ENTRIES: 5, END: 6 } as const;

/** The flat buffer of a geo map and its sections as views. Written by `compile.ts`, read by `map.ts`. */
export interface MapViews {
  /** 0 where numbers are no rankings. */
  readonly regionCount: number;
  /** Numbers in the map are below this. */
  readonly numberCount: number;
  /** [ranking × regionCount + position] = region. */
  readonly rankings: Uint8Array;
  /** Cells (`groups.ts`) by the first 16 bits; a cell ≥ 0 here has its scope added. */
  readonly root4: Int32Array;
  readonly root6: Int32Array;
  readonly cells: Int32Array;
  readonly keys: Uint16Array;
}

/** A new map with all sections zero. */
export function createMap(regionCount: number, numberCount: number, entries: number): SharedArrayBuffer {
  const bytes = sections(regionCount, numberCount, entries).end;
  const buffer = new SharedArrayBuffer(bytes);
  const header = new Uint32Array(buffer, 0, headerWords);
  header.set([magic, mapVersion, bytes, regionCount, numberCount, entries]);
  return buffer;
}

/** The sections of a map; an assertion fails when the buffer is none (`verify.ts` asks without failing). */
export function viewMap(buffer: SharedArrayBuffer): MapViews {
  assert(describesItself(buffer), 'a geo map has a header that fits its size');
  const header = new Uint32Array(buffer, 0, headerWords);
  const regionCount = header[Header.REGIONS]!;
  const numberCount = header[Header.NUMBERS]!;
  const entries = header[Header.ENTRIES]!;
  const at = sections(regionCount, numberCount, entries);
  return {
    regionCount,
    numberCount,
    rankings: new Uint8Array(buffer, at.rankings, regionCount * numberCount),
    root4: new Int32Array(buffer, at.root4, 65_536),
    root6: new Int32Array(buffer, at.root6, 65_536),
    cells: new Int32Array(buffer, at.cells, entries),
    keys: new Uint16Array(buffer, at.keys, entries),
  };
}

/** Whether the header is a map's and names the buffer's own size. */
export function describesItself(buffer: SharedArrayBuffer): boolean {
  if (buffer.byteLength < headerWords * 4) return false;
  const header = new Uint32Array(buffer, 0, headerWords);
  if (header[Header.MAGIC] !== magic || header[Header.VERSION] !== mapVersion) return false;
  const [regions, rankings, entries] = header.subarray(Header.REGIONS, Header.END);
  const bytes = sections(regions!, rankings!, entries!).end;
  return bytes === buffer.byteLength && bytes === header[Header.BYTES];
}

function sections(regionCount: number, numberCount: number, entries: number) {
  const root4 = headerWords * 4;
  const root6 = root4 + 65_536 * 4;
  const cells = root6 + 65_536 * 4;
  const keys = cells + entries * 4;
  const rankings = keys + entries * 2;
  return { root4, root6, cells, keys, rankings, end: rankings + regionCount * numberCount };
}
