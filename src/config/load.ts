import { resolve } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { Problem } from '../runtime/problem.ts';
import { readDraft } from './draft.ts';
import type { LoadEnvironment } from './environment.ts';
import { Findings } from './findings.ts';
import type { Config } from './model.ts';
import { readFailure } from './read-failure.ts';
import { resolveConfig } from './resolve.ts';
import { Source } from './source.ts';
import { decodeText } from './text.ts';
import { type Fault, YamlText } from './yaml-text.ts';

export interface LoadResult {
  /** There when no problem is an error. */
  readonly config: Config | undefined;
  /** In the order of the file, at most `limits.problems`; errors before warnings when there are more. */
  readonly problems: readonly Problem[];
  /** Problems beyond that bound. */
  readonly omitted: number;
}

/**
 * Reads a config file: bytes → text → YAML with places → items → references. All problems are told at once;
 * only what is no YAML, and an item without a usable key that it needs, are checked no further. Never throws. Zone files are not opened here.
 *
 * `path`: as the operator named it; problems name it the same way.
 */
export function loadConfig(path: string, environment: LoadEnvironment): LoadResult {
  let bytes: Uint8Array;
  try {
    bytes = environment.read(path, limits.configFileBytes);
  } catch (error) {
    return failed(path, [
      { code: 'CONFIG_READ', line: 0, column: 0, message: `cannot read: ${readFailure(error)}` },
    ]);
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) return failed(path, [decoded.fault]);
  const yaml = new YamlText(decoded.text);
  if (yaml.faults.length > 0) return failed(path, yaml.faults);
  const source = new Source(yaml);
  if (yaml.faults.length > 0) return failed(path, yaml.faults);
  const findings = new Findings(path, source);
  const draft = readDraft(source.value, findings);
  const config = draft && resolveConfig(draft, resolve(path), environment, findings);
  return { config, ...findings.problems() };
}

function failed(file: string, faults: readonly Fault[]): LoadResult {
  const problems = faults.map((fault): Problem => ({ ...fault, severity: 'error', file }));
  return {
    config: undefined,
    problems: problems.sort((a, b) => a.line - b.line || a.column - b.column),
    omitted: 0,
  };
}
