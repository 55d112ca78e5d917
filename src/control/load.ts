import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config, TlsPair } from '../config/model.ts';
import { systemEnvironment } from '../config/system-environment.ts';
import { bundledDatabases } from '../geo/bundled.ts';
import type { DatabaseInfo } from '../geo/database.ts';
import { loadGeo } from '../geo/load.ts';
import { emptyGeoMap } from '../geo/map.ts';
import { OperatorError } from '../runtime/errors.ts';
import type { Problem } from '../runtime/problem.ts';
import { buildImage } from '../snapshot/compile/image-builder.ts';
import { ownCookieSecret } from './cookie-secret.ts';
import { type SeenFile, seeFile } from './file-signature.ts';
import { loadZones } from './load-zones.ts';

/** What a load needs; plain data, since it crosses to the loader thread. */
export interface LoadRequest {
  readonly configPath: string;
  /** Default of `state.directory`. */
  readonly stateDirectory: string;
  /** The map in use, which stays when the geo files fail and the regions are the same. */
  readonly previousGeo: LoadedGeo | undefined;
  /** What the TLS listeners show now: it stays where files hold half of a renewal. */
  readonly pairsInUse?: readonly TlsPair[];
  /** An image that nobody reads any more, to be written over. */
  readonly spareImage?: SharedArrayBuffer | undefined;
  /** Reads what the state directory has and leaves it as it is: for a load that will not serve. */
  readonly writesNothing?: boolean;
}

export interface LoadedGeo {
  readonly map: SharedArrayBuffer;
  readonly databases: readonly DatabaseInfo[];
  /** What the map was compiled for: with other regions it is of no use. */
  readonly madeFor: string;
  /** What it was compiled from. */
  readonly files: readonly SeenFile[];
  readonly warnings: readonly string[];
}

/** All that a snapshot needs but health. Plain data and shared buffers. */
export interface Loaded {
  readonly config: Config;
  readonly image: SharedArrayBuffer;
  readonly geo: LoadedGeo;
  /** In use for cookies; empty when they are off. */
  readonly cookieSecrets: readonly Uint8Array[];
}

export interface LoadOutcome {
  /** There when nothing stands against taking it into use. */
  readonly loaded: Loaded | undefined;
  readonly problems: readonly Problem[];
  /** Problems beyond `limits.problems`, counted only. */
  readonly omitted: number;
  /** The geo files failed; `loaded`, if there, holds the map from before. */
  readonly geoFailed: boolean;
  /** `loaded.geo` is the one from before. */
  readonly geoKept: boolean;
  /** Files whose change asks for a new load: config with what it reads, zones with their includes, geo databases. */
  readonly files: readonly SeenFile[];
}

/**
 * Reads and compiles everything that the config names. All problems of config and zones are told at once. Runs for
 * seconds and blocks: `loader.ts` gives it a thread of its own.
 */
export function load(request: LoadRequest): LoadOutcome {
  const { environment, files } = notingEnvironment(request);
  const { config, problems, omitted } = loadConfig(request.configPath, environment);
  if (config === undefined)
    return { loaded: undefined, problems, omitted, geoFailed: false, geoKept: false, files };
  const geoFiles = geoPaths(config).map(seeFile);
  const zones = loadZones(config);
  const geo = takeGeo(config, geoFiles, request);
  const cookies = takeCookies(config, request.writesNothing);
  const told = [...problems, ...cookies.problems, ...zones.problems, ...geo.problems];
  const fit = geo.geo !== undefined && told.every((problem) => problem.severity !== 'error');
  return {
    loaded: fit
      ? {
          config,
          image: buildImage(zones.served, request.spareImage),
          geo: geo.geo!,
          cookieSecrets: cookies.secrets,
        }
      : undefined,
    problems: told,
    omitted: omitted + zones.omitted,
    geoFailed: geo.failed,
    geoKept: geo.geo !== undefined && geo.geo === request.previousGeo,
    files: [...files, ...zones.files, ...geoFiles],
  };
}

/** The machine, and which files the config made it read: itself, authorities, secrets. */
function notingEnvironment({ stateDirectory, pairsInUse = [] }: LoadRequest) {
  const machine = systemEnvironment(stateDirectory);
  const files: SeenFile[] = [];
  const read: typeof machine.read = (path, maxBytes) => {
    files.push(seeFile(resolve(path)));
    return machine.read(path, maxBytes);
  };
  return { environment: { ...machine, read, pairsInUse }, files };
}

/** The secrets of cookies: those of the config, or this node's own. */
function takeCookies({ dns: { cookies }, state }: Config, writesNothing = false) {
  if (cookies === 'off') return { secrets: [], problems: [] };
  if (cookies !== 'own') return { secrets: cookies, problems: [] };
  if (writesNothing) return { secrets: [], problems: [] };
  const { secret, problem: text } = ownCookieSecret(state.directory);
  const problems = text === undefined ? [] : [problem('STATE', 'warning', state.directory, text)];
  return { secrets: [secret], problems };
}

interface GeoTaken {
  readonly geo: LoadedGeo | undefined;
  readonly problems: readonly Problem[];
  readonly failed: boolean;
}

/** The compiled map: the one from before when nothing of it changed, or, with a warning, when the files fail. */
function takeGeo(
  config: Config,
  files: readonly SeenFile[],
  { previousGeo: previous, writesNothing }: LoadRequest,
): GeoTaken {
  const { regions } = config;
  // Nobody is placed where no policy could use it: a plain name server needs no geo data.
  if (config.policies.length === 0 || regions.length < 2) {
    const map = emptyGeoMap(regions.length);
    return { geo: { map, databases: [], madeFor: '', files, warnings: [] }, problems: [], failed: false };
  }
  const sets = regionSets(config);
  const places = regions.map(({ latitude, longitude }) => [latitude, longitude]);
  // Other databases are another wish: a map from before would stand in for what the operator asked for.
  const madeFor = JSON.stringify([config.geo.databases, places, sets]);
  const fitting = previous?.madeFor === madeFor ? previous : undefined;
  const cacheDirectory = config.state.directory;
  try {
    const isUnchanged = fitting !== undefined && JSON.stringify(fitting.files) === JSON.stringify(files);
    const geo = isUnchanged
      ? fitting
      : {
          ...loadGeo({ sources: config.geo.databases, regions, sets, cacheDirectory, keep: !writesNothing }),
          madeFor,
          files,
        };
    const problems = geo.warnings.map((message) => problem('STATE', 'warning', cacheDirectory, message));
    return { geo, problems, failed: false };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const message = fitting === undefined ? error.message : `${error.message}; the map in use stays`;
    const told = problem(error.code, fitting === undefined ? 'error' : 'warning', config.file, message);
    return { geo: fitting, problems: [told], failed: true };
  }
}

/** The files that stand behind `geo.databases`, whether they are there or not. */
function geoPaths(config: Config): string[] {
  return config.geo.databases.flatMap((source) => {
    if (source !== 'bundled') return source.path;
    try {
      return bundledDatabases();
    } catch {
      // Not installed: the load says so.
      return [];
    }
  });
}

/** The distinct sets of regions that pools have endpoints in. */
function regionSets(config: Config): number[][] {
  const sets = new Map<string, number[]>();
  for (const pool of config.pools) {
    const set = [...new Set(pool.endpoints.map((endpoint) => endpoint.region))].sort((a, b) => a - b);
    sets.set(set.join(), set);
  }
  return [...sets.values()];
}

function problem(
  code: Problem['code'],
  severity: Problem['severity'],
  file: string,
  message: string,
): Problem {
  return { code, severity, file, line: 0, column: 0, message };
}
