import { resolve } from 'node:path';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/** Warns at `path` of a file with a secret that everybody on the machine may read. `base`: what it is relative to. */
export function warnOfReaders(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): void {
  if ((environment.modeOf(resolve(base, file)) & OTHERS) === 0) return;
  const message = `${showName(file)} may be read by every user of this machine; wanted mode 0640 or less`;
  findings.warning('CONFIG_VALUE', path, message);
}

/** Permission bits of everybody but owner and group. */
const OTHERS = 0o007;
