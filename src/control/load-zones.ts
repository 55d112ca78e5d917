import { readFileSync, realpathSync, statSync } from 'node:fs';
import type { Config, Steering, ZoneSource } from '../config/model.ts';
import { RrType } from '../dns/constants.ts';
import { limits } from '../runtime/limits.ts';
import type { Problem } from '../runtime/problem.ts';
import type { ServedZone } from '../snapshot/compile/name-tree.ts';
import { checkSteering } from '../zone/check-steering.ts';
import { type Included, includeReader } from '../zone/include.ts';
import { loadZone, type ZoneInput } from '../zone/zone.ts';
import { type SeenFile, seeFile } from './file-signature.ts';

export interface LoadedZones {
  readonly served: readonly ServedZone[];
  readonly problems: readonly Problem[];
  /** Problems beyond `limits.problems`, counted only. */
  readonly omitted: number;
  /** Zone files and what they include. */
  readonly files: readonly SeenFile[];
}

/** Reads and checks every zone of the config; goes on after a bad one, so that all problems are told. */
export function loadZones(config: Config): LoadedZones {
  const served: ServedZone[] = [];
  const problems: Problem[] = [];
  const files: SeenFile[] = [];
  for (const source of config.zones) {
    const input = zoneInput(source, config.file, files);
    if ('code' in input) {
      problems.push(input);
      continue;
    }
    const { zone, problems: found } = loadZone(input);
    problems.push(...found);
    if (zone === undefined) continue;
    const steered = source.steer.map((steer) => ({
      ...steer,
      types: steeredTypes(config.steerings[steer.steering]!),
    }));
    problems.push(...checkSteering(zone, steered, config.file));
    served.push({ zone, steer: source.steer });
  }
  const kept = problems.slice(0, limits.problems);
  return { served, problems: kept, omitted: problems.length - kept.length, files };
}

/** Record types that a policy answers at a steered name. */
function steeredTypes({ hosts, https, svcb, srv, mx }: Steering): readonly number[] | 'all' {
  if (hosts === 'cname') return 'all';
  return [
    ...[RrType.A, RrType.AAAA],
    ...(https === undefined ? [] : [RrType.HTTPS]),
    ...(svcb === undefined ? [] : [RrType.SVCB]),
    ...(srv === undefined ? [] : [RrType.SRV]),
    ...(mx === undefined ? [] : [RrType.MX]),
  ];
}

function zoneInput(
  { apex, source, steer }: ZoneSource,
  configFile: string,
  files: SeenFile[],
): ZoneInput | Problem {
  const steered = steer.map(({ owner }) => owner);
  if ('lines' in source) return { apex, file: configFile, source, steered };
  const { file } = source;
  files.push(seeFile(file));
  try {
    const status = statSync(file);
    if (status.isDirectory()) throw new Error('it is a directory');
    // Reading a pipe could wait for its writer for good, reading a device never ends.
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size > limits.zoneFileBytes)
      throw new Error(`it is larger than ${limits.zoneFileBytes} bytes`);
    const include = includeReader(file, { readFileSync, realpathSync, statSync });
    const readInclude = (path: string): Included => {
      const included = include(path);
      if ('file' in included) files.push(seeFile(included.file));
      return included;
    };
    return { apex, file, source: { bytes: readFileSync(file) }, readInclude, steered };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      code: 'ZONE_READ',
      severity: 'error',
      file,
      line: 0,
      column: 0,
      message: `cannot read the zone: ${reason}`,
    };
  }
}
