import { resolve } from 'node:path';
import type { GeoSource } from '../config/model.ts';
import { ConditionsComposer, unheld } from '../control/conditions.ts';
import type { Loaded } from '../control/load.ts';
import type { LoadedGeo } from '../control/load-geo.ts';
import { runLoad } from '../control/loader.ts';
import { LoadRefused } from '../control/service.ts';
import type { SideParts } from '../diff/side.ts';
import { parseAddress } from '../ip/address.ts';
import { formatLoadReport } from './load-report.ts';
import { defaultStateDirectory } from './state-directory.ts';

/** What is compared. */
export interface SideRequest {
  readonly configPath: string;
  /** `bundled`, or paths of files, in place of the config's own; none: those of the config. */
  readonly databases: readonly string[];
}

/**
 * Loads both sides as a server would, one after the other, and takes every endpoint as up at `nowMs`. Warnings go to
 * standard error. Rejects with LoadRefused for one with errors.
 */
export async function loadSides(
  before: SideRequest,
  now: SideRequest,
  nowMs: number,
): Promise<readonly [SideParts, SideParts]> {
  const old = await loadSide(before, undefined);
  // Maps that both sides ask for alike are compiled once.
  const current = await loadSide(now, old.geo);
  return [partsOf(old, nowMs), partsOf(current, nowMs)];
}

async function loadSide(
  { configPath, databases }: SideRequest,
  previousGeo: LoadedGeo | undefined,
): Promise<Loaded> {
  const outcome = await runLoad({
    ...{ configPath, stateDirectory: defaultStateDirectory(configPath), previousGeo, writesNothing: true },
    databases: databases.length === 0 ? undefined : databases.map(sourceOf),
  });
  // Maps from before would stand in for databases that fail.
  if (outcome.loaded === undefined || outcome.geoFailed) throw new LoadRefused(outcome);
  if (outcome.problems.length > 0) process.stderr.write(`${formatLoadReport(outcome)}\n`);
  return outcome.loaded;
}

function sourceOf(text: string): GeoSource {
  return text === 'bundled' ? text : { path: resolve(text) };
}

function partsOf({ config, geo, owners }: Loaded, nowMs: number): SideParts {
  const health = {
    state: () => 'up' as const,
    wasGood: () => true,
    calmMs: () => undefined,
    // A host has addresses of both families, whatever they are.
    hostAddresses: () => hostAddresses,
  };
  const composer = new ConditionsComposer(health, { loadOf: () => undefined });
  return { config, views: geo.maps, owners, conditions: unheld(composer.compose(config, nowMs)) };
}

const hostAddresses = ['192.0.2.1', '2001:db8::1'].map((text) => ({
  address: parseAddress(text)!,
  ttlSeconds: 60,
}));
