import { resolve } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readFailure } from './read-failure.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/**
 * The secrets in a file, 16 bytes each, in its order: 32 hexadecimal digits on a line, blank lines and lines that
 * begin with `#` aside. Undefined after an error at `path`, which never shows what the file holds.
 */
export function readCookieSecrets(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): Uint8Array[] | undefined {
  let text: string;
  try {
    text = Buffer.from(environment.read(resolve(base, file), limits.cookieFileBytes)).toString('latin1');
  } catch (error) {
    findings.error('CONFIG_READ', path, `cannot read ${showName(file)}: ${readFailure(error)}`);
    return undefined;
  }
  const lines = text.split('\n').map((line) => line.trim());
  const fault = faultOf(lines);
  if (fault !== undefined) {
    findings.error('CONFIG_VALUE', path, `${showName(file)} ${fault}`);
    return undefined;
  }
  return lines.filter(holdsSecret).map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
}

function faultOf(lines: readonly string[]): string | undefined {
  const broken = lines.findIndex((line) => holdsSecret(line) && !/^[0-9A-Fa-f]{32}$/.test(line));
  if (broken >= 0) return `has something else on line ${broken + 1}; wanted 32 hexadecimal digits`;
  const count = lines.filter(holdsSecret).length;
  if (count >= 1 && count <= limits.cookieSecrets) return undefined;
  return `holds ${count} secrets; wanted 1 to ${limits.cookieSecrets}`;
}

function holdsSecret(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}
