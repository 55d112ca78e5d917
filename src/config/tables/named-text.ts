import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import { readFailure } from '../read-failure.ts';
import type { Path } from '../source.ts';
import { decodeText } from '../text.ts';
import { showName } from '../wording.ts';

/** A text file that the config names. */
export interface NamedText {
  /** As problems name it: beside the config, the way the operator named that. */
  readonly file: string;
  readonly text: string;
}

/** Undefined after an error: at `path` when it cannot be read, in the file itself when it is no text. */
export function readNamedText(
  file: string,
  path: Path,
  maxBytes: number,
  environment: LoadEnvironment,
  findings: Findings,
): NamedText | undefined {
  const shown = isAbsolute(file) ? file : join(dirname(findings.file), file);
  let bytes: Uint8Array;
  try {
    bytes = environment.read(resolve(shown), maxBytes);
  } catch (error) {
    findings.error('CONFIG_READ', path, `cannot read ${showName(file)}: ${readFailure(error)}`);
    return undefined;
  }
  const decoded = decodeText(bytes);
  if (decoded.ok) return { file: shown, text: decoded.text };
  const { code, message, ...place } = decoded.fault;
  findings.errorIn(shown, place, code, () => message);
  return undefined;
}
