import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import { bundledDatabases } from './bundled.ts';
import { readCachedMap, writeCachedMap } from './cache.ts';
import { cacheKey } from './cache-key.ts';
import { compile } from './compile.ts';
import { DatabaseFile, type DatabaseInfo } from './database.ts';
import type { Coordinates } from './distance.ts';
import { emptyGeoMap } from './map.ts';

/** `bundled` stands for the files of the data package; a path is absolute. */
export type GeoSource = 'bundled' | { readonly path: string };

export interface GeoRequest {
  /** In order: the first that has a place for a prefix decides. None: nobody is placed. */
  readonly sources: readonly GeoSource[];
  /** At most 255, as the config lists them. */
  readonly regions: readonly Coordinates[];
  /** Which regions serve together: the region numbers of each pool. */
  readonly sets: readonly (readonly number[])[];
  /** Where compiled maps are kept, created when missing; undefined: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** False: a map that had to be compiled is not kept. */
  readonly keep?: boolean;
}

export interface LoadedGeo {
  /** For `GeoMap`. */
  readonly map: SharedArrayBuffer;
  /** In the order of the sources; `bundled` is two. For `locate`. */
  readonly databases: readonly DatabaseInfo[];
  readonly fromCache: boolean;
  readonly warnings: readonly string[];
}

/**
 * Opens the databases and compiles them to a geo map, or takes the map from the cache when nothing has changed.
 * Synchronous: some seconds when it compiles. OperatorError: GEO_MISSING, GEO_INVALID.
 */
export function loadGeo(request: GeoRequest): LoadedGeo {
  const paths = request.sources.flatMap((source) =>
    source === 'bundled' ? bundledDatabases() : source.path,
  );
  const files: DatabaseFile[] = [];
  try {
    for (const path of paths) files.push(new DatabaseFile(path));
    const databases = files.map((file) => file.info);
    if (files.length === 0 || request.regions.length === 0) {
      return { map: emptyGeoMap(request.regions.length), databases, fromCache: false, warnings: [] };
    }
    return { databases, ...findOrCompile(files, request) };
  } finally {
    for (const file of files) file.close();
  }
}

function findOrCompile(files: readonly DatabaseFile[], request: GeoRequest): Omit<LoadedGeo, 'databases'> {
  const { cacheDirectory } = request;
  if (cacheDirectory === undefined) {
    const { map, notes } = compileFiles(files, request);
    return { map, fromCache: false, warnings: notes };
  }
  const key = cacheKey(files, request.regions, request.sets);
  const cached = readCachedMap(cacheDirectory, key);
  if (cached !== undefined) return { map: cached.map, fromCache: true, warnings: cached.notes };
  const { map, notes } = compileFiles(files, request);
  if (request.keep === false) return { map, fromCache: false, warnings: notes };
  try {
    writeCachedMap(cacheDirectory, key, { map, notes });
  } catch (error) {
    const reason = `the compiled geo map cannot be kept in ${cacheDirectory}: ${(error as Error).message}`;
    return { map, fromCache: false, warnings: [...notes, reason] };
  }
  return { map, fromCache: false, warnings: notes };
}

function compileFiles(files: readonly DatabaseFile[], request: GeoRequest) {
  const { map, places, coarse } = compile(files, request.regions, request.sets);
  const silent = files.filter((_, i) => !places[i]).map((file) => file.info);
  if (silent.length === files.length) {
    const names = silent.map((info) => `${info.path} (${info.type})`).join(', ');
    throw new OperatorError('GEO_INVALID', `${names}: holds neither coordinates nor countries`);
  }
  const notes = silent.map(
    (info) => `${info.name} (${info.type}) places nobody: no coordinates, no countries`,
  );
  if (coarse) {
    notes.push(
      `more than ${limits.geoRankings} orders of regions: some clients are ranked by their nearest region`,
    );
  }
  return { map, notes };
}
