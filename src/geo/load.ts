import { assert } from '../runtime/assert.ts';
import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import { bundledDatabases } from './bundled.ts';
import { readCachedMap, removeOldMaps, writeCachedMap } from './cache.ts';
import { CacheKeys } from './cache-key.ts';
import { type Compiled, compile } from './compile.ts';
import { DatabaseFile, type DatabaseInfo } from './database.ts';
import { findingsOf, type ViewFindings } from './findings.ts';
import type { RankedRegions } from './ranker.ts';
import type { View } from './views.ts';

/** `bundled` stands for the files of the data package; a path is absolute. */
export type GeoSource = 'bundled' | { readonly path: string };

export interface GeoRequest extends RankedRegions {
  /** In order: the first that has a place for a prefix decides. None: nobody is placed. */
  readonly sources: readonly GeoSource[];
  /** Distinct ones, at most `limits.views`; a distance view has a bias for each region. */
  readonly views: readonly View[];
  /** Where compiled maps are kept, created when missing; undefined: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** False: a map that had to be compiled is not kept. */
  readonly keep?: boolean;
}

export interface LoadedGeo {
  /** For `GeoMap`, one for each view. */
  readonly maps: readonly SharedArrayBuffer[];
  /** What there is to say about each view. */
  readonly findings: readonly ViewFindings[];
  /** In the order of the sources; `bundled` is two. For `locate`. */
  readonly databases: readonly DatabaseInfo[];
  /** Every map was taken from the cache. */
  readonly fromCache: boolean;
  /** About databases and cache. */
  readonly warnings: readonly string[];
}

/**
 * Opens the databases and compiles the views to maps, or takes the maps from the cache when nothing has changed.
 * Synchronous: some seconds when it compiles. OperatorError: GEO_MISSING, GEO_INVALID.
 */
export function loadGeo(request: GeoRequest): LoadedGeo {
  assert(
    request.views.length <= limits.views && request.views.every(isBounded),
    'the config has bounded views',
  );
  const paths = request.sources.flatMap((source) =>
    source === 'bundled' ? bundledDatabases() : source.path,
  );
  const files: DatabaseFile[] = [];
  try {
    for (const path of paths) files.push(new DatabaseFile(path));
    const databases = files.map((file) => file.info);
    const { compiled, fromCache, warnings } = compileOrFind(files, request);
    return {
      maps: compiled.map(({ map }) => map),
      findings: compiled.map((one, i) => findingsOf(one, request.views[i]!)),
      databases,
      fromCache,
      warnings: [...databaseWarnings(databases, compiled), ...warnings],
    };
  } finally {
    for (const file of files) file.close();
  }
}

function isBounded(view: View): boolean {
  if (view.kind === 'distance') return true;
  if (view.kind === 'latency') return view.table.rows.length <= limits.latencyRows;
  const keys = view.entries.reduce((sum, entry) => sum + entry.keys.length, 0);
  return view.entries.length <= limits.viewEntries && keys <= limits.viewKeys;
}

interface CompiledOrFound {
  /** In the order of the views. */
  readonly compiled: readonly Compiled[];
  readonly fromCache: boolean;
  readonly warnings: readonly string[];
}

function compileOrFind(files: readonly DatabaseFile[], request: GeoRequest): CompiledOrFound {
  const { views, cacheDirectory, keep } = request;
  // Without regions there is nothing to rank: such a view asks no database.
  const isIdle = (view: View) =>
    files.length === 0 || (view.kind !== 'match' && request.regions.length === 0);
  const busy = views.filter((view) => !isIdle(view));
  const keys = cacheDirectory === undefined || busy.length === 0 ? undefined : new CacheKeys(files);
  const keyOf = new Map(keys && busy.map((view) => [view, keys.of(view, request)]));
  const results = new Map<View, Compiled>();
  for (const [view, key] of keyOf) {
    const cached = readCachedMap(cacheDirectory!, key);
    if (cached !== undefined) results.set(view, cached);
  }
  const missing = busy.filter((view) => !results.has(view));
  for (const [i, one] of compile(files, missing, request).entries()) {
    if (one.placeless) throw placesNobody(files);
    results.set(missing[i]!, one);
  }
  const warnings: string[] = [];
  if (cacheDirectory !== undefined && keep !== false && missing.length > 0) {
    warnings.push(...keepMaps(cacheDirectory, missing, keyOf, results));
  }
  for (const view of views.filter(isIdle)) results.set(view, compile([], [view], request)[0]!);
  const compiled = views.map((view) => results.get(view)!);
  return { compiled, fromCache: busy.length > 0 && missing.length === 0, warnings };
}

/** Writes maps to the cache; what failed is told in words. */
function keepMaps(
  directory: string,
  missing: readonly View[],
  keyOf: ReadonlyMap<View, string>,
  results: ReadonlyMap<View, Compiled>,
): string[] {
  try {
    for (const view of missing) writeCachedMap(directory, keyOf.get(view)!, results.get(view)!);
    removeOldMaps(directory, [...keyOf.values()]);
    return [];
  } catch (error) {
    return [`compiled geo maps cannot be kept in ${directory}: ${(error as Error).message}`];
  }
}

function placesNobody(files: readonly DatabaseFile[]): OperatorError {
  const names = files.map(({ info }) => `${info.path} (${info.type})`).join(', ');
  return new OperatorError('GEO_INVALID', `${names}: holds neither coordinates nor countries`);
}

function databaseWarnings(databases: readonly DatabaseInfo[], compiled: readonly Compiled[]): string[] {
  const asked = compiled.filter(({ silent }) => silent !== undefined);
  const warnings = databases
    .filter((_, i) => asked.length > 0 && asked.every(({ silent }) => silent!.includes(i)))
    .map((info) => `${info.name} (${info.type}) places nobody: no coordinates, no countries`);
  if (compiled.some(({ coarse }) => coarse)) {
    warnings.push(
      `more than ${limits.geoRankings} orders of regions: some clients are ranked by their nearest region`,
    );
  }
  return warnings;
}
