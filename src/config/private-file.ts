import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/** Warns at `path` of a file with a secret that everybody on the machine may read. `named`: as the operator wrote it. */
export function warnOfReaders(
  named: string,
  file: string,
  path: Path,
  environment: LoadEnvironment,
  findings: Findings,
): void {
  if ((environment.modeOf(file) & OTHERS) === 0) return;
  const message = `${showName(named)} may be read by every user of this machine; wanted mode 0640 or less`;
  findings.warning('CONFIG_VALUE', path, message);
}

/** Permission bits of everybody but owner and group. */
const OTHERS = 0o007;
