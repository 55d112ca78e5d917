import { createHash } from 'node:crypto';
import type { Config } from '../config/model.ts';
import { bundledDatabases } from '../geo/bundled.ts';
import type { DatabaseInfo } from '../geo/database.ts';
import type { ViewFindings } from '../geo/findings.ts';
import { loadGeo } from '../geo/load.ts';
import { emptyGeoMap } from '../geo/map.ts';
import { OperatorError } from '../runtime/errors.ts';
import type { Problem } from '../runtime/problem.ts';
import type { SeenFile } from './file-signature.ts';

/** What databases and views came to. */
export interface LoadedGeo {
  /** One map for each view of the config. */
  readonly maps: readonly SharedArrayBuffer[];
  readonly databases: readonly DatabaseInfo[];
  /** What the maps were compiled for: with other regions or views they are of no use. */
  readonly madeFor: string;
  /** What they were compiled from. */
  readonly files: readonly SeenFile[];
  readonly warnings: readonly string[];
  readonly findings: readonly ViewFindings[];
}

export interface GeoTaken {
  readonly geo: LoadedGeo | undefined;
  readonly problems: readonly Problem[];
  readonly failed: boolean;
}

/** The compiled maps: those from before when nothing of them changed, or, with a warning, when the files fail. */
export function takeGeo(
  config: Config,
  files: readonly SeenFile[],
  previous: LoadedGeo | undefined,
  keep: boolean,
): GeoTaken {
  const { regions, views } = config;
  // Nobody is placed where no policy could use it: a plain name server needs no geo data.
  if (views.length === 0 || (regions.length < 2 && views.every(({ kind }) => kind !== 'match'))) {
    const maps = views.map(() => emptyGeoMap(regions.length));
    const geo = { maps, databases: [], madeFor: '', files, warnings: [], findings: [] };
    return { geo, problems: [], failed: false };
  }
  // Other databases are another wish: a map from before would stand in for what the operator asked for.
  const madeFor = purposeOf(config);
  const fitting = previous?.madeFor === madeFor ? previous : undefined;
  try {
    const isUnchanged = fitting !== undefined && JSON.stringify(fitting.files) === JSON.stringify(files);
    const geo = isUnchanged ? fitting : { ...compileViews(config, keep), madeFor, files };
    return {
      geo,
      problems: [...geo.warnings.map(tellState(config)), ...tellFindings(config, geo)],
      failed: false,
    };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const message = fitting === undefined ? error.message : `${error.message}; the maps in use stay`;
    const severity = fitting === undefined ? 'error' : 'warning';
    const told = { code: error.code, severity, file: config.file, line: 0, column: 0, message } as const;
    return { geo: fitting, problems: [told], failed: true };
  }
}

/** The files that stand behind `geo.databases`, whether they are there or not. */
export function geoPaths({ geo }: Config): string[] {
  return geo.databases.flatMap((source) => {
    if (source !== 'bundled') return source.path;
    try {
      return bundledDatabases();
    } catch {
      // Not installed: the load says so.
      return [];
    }
  });
}

function purposeOf({ geo, regions, views, pools }: Config): string {
  const places = regions.map(({ latitude, longitude }) => [latitude, longitude]);
  const purpose = JSON.stringify([geo.databases, places, regionSets(pools), views]);
  return createHash('sha256').update(purpose).digest('base64url');
}

function compileViews(config: Config, keep: boolean) {
  const { geo, regions, views, pools, state } = config;
  const { maps, databases, findings, warnings } = loadGeo({
    ...{ sources: geo.databases, regions, sets: regionSets(pools), views, keep },
    cacheDirectory: state.directory,
  });
  return { maps, databases, findings, warnings };
}

/** The distinct sets of regions that pools have endpoints in. */
function regionSets(pools: Config['pools']): number[][] {
  const sets = new Map<string, number[]>();
  for (const pool of pools) {
    const set = [...new Set(pool.endpoints.map((endpoint) => endpoint.region))].sort((a, b) => a - b);
    sets.set(set.join(), set);
  }
  return [...sets.values()];
}

function tellState({ state }: Config): (message: string) => Problem {
  return (message) => ({
    ...{ code: 'STATE', severity: 'warning', file: state.directory, line: 0, column: 0 },
    message,
  });
}

/** What maps of the config do not do, by the policies that ask for them. */
function tellFindings(config: Config, { findings }: LoadedGeo): Problem[] {
  const tell = (message: string): Problem => ({
    ...{ code: 'CONFIG_UNUSED', severity: 'warning', file: config.file, line: 0, column: 0 },
    message,
  });
  return findings.flatMap(({ notes, shares }, view) => {
    const users = config.policies.filter((policy) => viewsOf(policy).includes(view));
    const names = users.map(({ name }) => name).join(', ');
    const told = notes.map((note) => tell(`policy ${names}: ${note}`));
    const unmapped = users.filter(
      (policy) => policy.type === 'geo' && policy.view === view && policy.branches[1] === undefined,
    );
    if (shares === undefined || shares.noEntry === 0 || unmapped.length === 0) return told;
    const share = (100 * shares.noEntry).toFixed(1);
    return [
      ...told,
      tell(
        `policy ${unmapped.map(({ name }) => name).join(', ')}: ${share} % of IPv4 addresses match no entry of the map and get no answer; a \`default\` would`,
      ),
    ];
  });
}

/** The views that a policy itself asks. */
function viewsOf(policy: Config['policies'][number]): number[] {
  const own =
    policy.type === 'split'
      ? policy.rules.flatMap(({ clients }) => clients?.view ?? [])
      : 'view' in policy
        ? [policy.view]
        : policy.type === 'weighted' && policy.by.kind === 'region'
          ? [policy.by.view]
          : [];
  return policy.residency === undefined ? own : [...own, policy.residency.view];
}
