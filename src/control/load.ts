import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config, GeoSource, TlsPair } from '../config/model.ts';
import { systemEnvironment } from '../config/system-environment.ts';
import type { Problem } from '../runtime/problem.ts';
import { buildImage } from '../snapshot/compile/image-builder.ts';
import { buildOwners } from '../snapshot/compile/owner-table.ts';
import { ownCookieSecret } from './cookie-secret.ts';
import { type SeenFile, seeFile } from './file-signature.ts';
import { geoPaths, type LoadedGeo, takeGeo } from './load-geo.ts';
import { loadZones } from './load-zones.ts';

/** What a load needs; plain data, since it crosses to the loader thread. */
export interface LoadRequest {
  readonly configPath: string;
  /** Default of `state.directory`. */
  readonly stateDirectory: string;
  /** The maps in use, which stay when the geo files fail and the views are the same. */
  readonly previousGeo: LoadedGeo | undefined;
  /** What the TLS listeners show now: it stays where files hold half of a renewal. */
  readonly pairsInUse?: readonly TlsPair[];
  /** An image that nobody reads any more, to be written over. */
  readonly spareImage?: SharedArrayBuffer | undefined;
  /** Reads what the state directory has and leaves it as it is: for a load that will not serve. */
  readonly writesNothing?: boolean;
  /** Geo databases in place of those that the config names. */
  readonly databases?: readonly GeoSource[] | undefined;
}

/** All that a snapshot needs but health. Plain data and shared buffers. */
export interface Loaded {
  readonly config: Config;
  readonly image: SharedArrayBuffer;
  readonly geo: LoadedGeo;
  /** The config's tables of owners, flat. */
  readonly owners: readonly SharedArrayBuffer[];
  /** In use for cookies; empty when they are off. */
  readonly cookieSecrets: readonly Uint8Array[];
}

export interface LoadOutcome {
  /** There when nothing stands against taking it into use. */
  readonly loaded: Loaded | undefined;
  readonly problems: readonly Problem[];
  /** Problems beyond `limits.problems`, counted only. */
  readonly omitted: number;
  /** The geo files failed; `loaded`, if there, holds the maps from before. */
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
  const { config: written, problems, omitted } = loadConfig(request.configPath, environment);
  if (written === undefined)
    return { loaded: undefined, problems, omitted, geoFailed: false, geoKept: false, files };
  const { databases = written.geo.databases } = request;
  const config = { ...written, geo: { databases } };
  const geoFiles = geoPaths(config).map(seeFile);
  const zones = loadZones(config);
  const geo = takeGeo(config, geoFiles, request.previousGeo, request.writesNothing !== true);
  const cookies = takeCookies(config, request.writesNothing);
  const told = [...problems, ...cookies.problems, ...zones.problems, ...geo.problems];
  const fit = geo.geo !== undefined && told.every((problem) => problem.severity !== 'error');
  return {
    loaded: fit
      ? {
          config,
          image: buildImage(zones.served, request.spareImage),
          geo: geo.geo!,
          owners: config.owners.map(buildOwners),
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
  const problems: Problem[] =
    text === undefined
      ? []
      : [{ code: 'STATE', severity: 'warning', file: state.directory, line: 0, column: 0, message: text }];
  return { secrets: [secret], problems };
}
