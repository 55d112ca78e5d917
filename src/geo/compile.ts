import { type Bytes, namingFile } from './bytes.ts';
import { type DatabaseInfo, dataOffset } from './database.ts';
import type { Coordinates } from './distance.ts';
import { GroupEntries, writeGroups } from './groups.ts';
import { ipv4Blocks, ipv4Tree, isNotIpv6 } from './ipv4-blocks.ts';
import { createMap, viewMap } from './layout.ts';
import { PlaceReader } from './place.ts';
import { Ranker } from './ranker.ts';
import { RecordTable } from './record-table.ts';
import { ELSEWHERE, overlay, RunList, UNPLACED } from './runs.ts';
import { SearchTree } from './search-tree.ts';

/** One database as the compiler needs it. */
export interface CompileSource {
  readonly info: DatabaseInfo;
  /** The whole file; the compiler lets go of it before it loads the next. */
  load(): Bytes;
}

export interface Compiled {
  readonly map: SharedArrayBuffer;
  /** For each source, whether it places anybody. */
  readonly places: readonly boolean[];
  /** Whether rankings ran out (`limits.geoRankings`), so that some are by the nearest region alone. */
  readonly coarse: boolean;
}

/**
 * Compiles databases to the map of `map.ts`. A prefix is placed by the first database that has a place for it.
 * Each search tree is walked once per family. OperatorError: GEO_INVALID for a damaged file.
 */
export function compile(
  sources: readonly CompileSource[],
  regions: readonly Coordinates[],
  sets: readonly (readonly number[])[],
): Compiled {
  const ranker = new Ranker(regions, sets);
  let ipv4 = uniform(4, UNPLACED);
  let ipv6 = elsewhere();
  const places = sources.map((source) => {
    const walked = namingFile(source.info.path, () => walkDatabase(source, ranker));
    ipv4 = overlay(ipv4, walked.ipv4);
    ipv6 = overlay(ipv6, walked.ipv6);
    return walked.places;
  });
  ipv4 = overlay(ipv4, uniform(4, 0));
  ipv6 = overlay(ipv6, uniform(6, 0));
  return { map: writeMap(ranker, ipv4, ipv6), places, coarse: ranker.coarse };
}

interface Walked {
  readonly ipv4: RunList;
  readonly ipv6: RunList;
  readonly places: boolean;
}

function walkDatabase(source: CompileSource, ranker: Ranker): Walked {
  const { info } = source;
  const bytes = source.load();
  const tree = new SearchTree(bytes, info.nodeCount, info.recordSize);
  const records = new RecordRankings(bytes, info, ranker);
  const walk = (family: 4 | 6, root: number): RunList => {
    const runs = new RunList(family);
    const skip = family === 6 ? isNotIpv6 : () => false;
    tree.walk(root, family === 4 ? 32 : 128, skip, (w0, w1, w2, w3, record) => {
      runs.append(w0, w1, w2, w3, records.ranking(record));
    });
    return runs;
  };
  const ipv4 = walk(4, info.ipVersion === 4 ? 0 : tree.ipv4Root());
  const ipv6 = info.ipVersion === 6 ? walk(6, 0) : uniform(6, UNPLACED);
  return { ipv4, ipv6, places: records.places };
}

/** The ranking for each data record of a file. */
class RecordRankings {
  /** Whether any record told a place. */
  places = false;
  private readonly info: DatabaseInfo;
  private readonly ranker: Ranker;
  private readonly reader: PlaceReader;
  private readonly known = new RecordTable();
  private lastRecord = -1;
  private lastRanking = UNPLACED;

  constructor(bytes: Bytes, info: DatabaseInfo, ranker: Ranker) {
    this.info = info;
    this.ranker = ranker;
    this.reader = new PlaceReader(bytes, info.dataStart, info.dataEnd);
  }

  /** UNPLACED for a record that is empty or tells no place. */
  ranking(record: number): number {
    if (record === this.info.nodeCount) return UNPLACED;
    if (record === this.lastRecord) return this.lastRanking;
    let ranking = this.known.get(record);
    if (ranking < 0) {
      const placed = this.reader.read(dataOffset(this.info, record));
      ranking = placed ? this.ranker.rank(this.reader.latitude, this.reader.longitude) : UNPLACED;
      this.places ||= placed;
      this.known.set(record, ranking);
    }
    this.lastRecord = record;
    this.lastRanking = ranking;
    return ranking;
  }
}

function uniform(family: 4 | 6, ranking: number): RunList {
  const runs = new RunList(family);
  runs.append(0, 0, 0, 0, ranking);
  return runs;
}

/**
 * IPv6 before any database: the blocks marked that are looked up as IPv4, so that no scope around them reaches into
 * them, and ::/96 (ranking 0) closed to the IPv4 addresses that databases keep there.
 */
function elsewhere(): RunList {
  const runs = uniform(6, 0);
  runs.append(...ipv4Tree.next, UNPLACED);
  for (const { start, next } of ipv4Blocks) {
    runs.append(...start, ELSEWHERE);
    runs.append(...next, UNPLACED);
  }
  return runs;
}

function writeMap(ranker: Ranker, ipv4: RunList, ipv6: RunList): SharedArrayBuffer {
  const root4 = new Int32Array(65_536);
  const root6 = new Int32Array(65_536);
  const groups = new GroupEntries();
  writeGroups(ipv4, root4, groups);
  writeGroups(ipv6, root6, groups);
  const map = createMap(ranker.regionCount, ranker.count, groups.count);
  const views = viewMap(map);
  views.rankings.set(ranker.table());
  views.root4.set(root4);
  views.root6.set(root6);
  views.cells.set(groups.cells.subarray(0, groups.count));
  views.keys.set(groups.keys.subarray(0, groups.count));
  return map;
}
