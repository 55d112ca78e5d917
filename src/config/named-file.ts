import { resolve } from 'node:path';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readFailure } from './read-failure.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/** The bytes of a file that the config names, as Latin-1 text; undefined after an error at `path`. */
export function readNamedFile(
  file: string,
  mostBytes: number,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): string | undefined {
  try {
    return Buffer.from(environment.read(resolve(base, file), mostBytes)).toString('latin1');
  } catch (error) {
    findings.error('CONFIG_READ', path, `cannot read ${showName(file)}: ${readFailure(error)}`);
    return undefined;
  }
}
