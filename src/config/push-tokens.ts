import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readNamedFile } from './named-file.ts';
import { warnOfReaders } from './private-file.ts';
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
  const text = readNamedFile(file, limits.pushTokenFileBytes, path, environment, base, findings);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const fault = faultOf(lines);
  if (fault !== undefined) {
    findings.error('CONFIG_VALUE', path, `${showName(file)} ${fault}`);
    return undefined;
  }
  warnOfReaders(file, resolve(base, file), path, environment, findings);
  return lines.filter(holdsToken).map((token) => createHash('sha256').update(token).digest('hex'));
}

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
