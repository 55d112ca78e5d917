import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readFailure } from './read-failure.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/**
 * The SHA-256 of each token in a file, so that none goes further than here: one of 32 to 256 printable characters on a
 * line, blank lines and lines that begin with `#` aside. Undefined after an error at `path`, which never shows what
 * the file holds.
 */
export function readPushTokens(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): string[] | undefined {
  let text: string;
  try {
    const bytes = environment.read(resolve(base, file), limits.pushTokenFileBytes);
    text = Buffer.from(bytes).toString('latin1');
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
  if ((environment.modeOf(resolve(base, file)) & OTHERS) !== 0) {
    const message = `${showName(file)} may be read by every user of this machine; wanted mode 0640 or less`;
    findings.warning('CONFIG_VALUE', path, message);
  }
  return lines.filter(holdsToken).map((token) => createHash('sha256').update(token).digest('hex'));
}

/** Permission bits of everybody who is neither the owner nor in the group. */
const OTHERS = 0o007;

function faultOf(lines: readonly string[]): string | undefined {
  const broken = lines.findIndex((line) => holdsToken(line) && !/^[\x21-\x7e]{32,256}$/.test(line));
  if (broken >= 0) return `has no token on line ${broken + 1}; wanted 32 to 256 printable characters`;
  const count = lines.filter(holdsToken).length;
  if (count >= 1 && count <= limits.pushTokens) return undefined;
  return `holds ${count} tokens; wanted 1 to ${limits.pushTokens}`;
}

function holdsToken(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}
