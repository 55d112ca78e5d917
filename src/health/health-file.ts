import { join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import { entriesOf, readStateFile, writeStateFile } from '../runtime/state-file.ts';
import type { RememberedHealth } from './remembered.ts';

const fileName = 'health.json';
const version = 1;

/** Reads `health.json`. A missing file holds nothing; one that cannot be used is a problem told in one line. */
export async function readHealthFile(
  directory: string,
): Promise<{ readonly entries: RememberedHealth[] } | { readonly problem: string }> {
  const read = await readStateFile(directory, fileName, limits.healthFileBytes);
  if ('problem' in read) return read;
  const entries = read.text === undefined ? [] : parseHealthFile(read.text);
  if (entries !== undefined) return { entries };
  return {
    problem: `${join(directory, fileName)} is ignored: it is not a health file of version ${version}`,
  };
}

/** Replaces `health.json` whole or not at all, also over a loss of power. Returns a problem told in one line. */
export async function writeHealthFile(
  directory: string,
  nowMs: number,
  entries: readonly RememberedHealth[],
): Promise<string | undefined> {
  const text = `${JSON.stringify({ version, writtenAt: new Date(nowMs).toISOString(), entries })}\n`;
  const problem = await writeStateFile(directory, fileName, text);
  return problem && `${problem}; health will not survive a restart`;
}

/** The entries of a health file's text; undefined when it is anything else. Entries that make no sense are left out. */
function parseHealthFile(text: string): RememberedHealth[] | undefined {
  return entriesOf(text, version)?.filter(isRemembered);
}

const states: ReadonlySet<unknown> = new Set(['up', 'degraded', 'down']);

function isRemembered(value: unknown): value is RememberedHealth {
  if (!isObject(value)) return false;
  const texts = [value.pool, value.endpoint, value.identity].every((text) => typeof text === 'string');
  // `Invalid Date` would throw where the time is shown.
  const times = [value.sinceMs, value.atMs].every(
    (time) => typeof time === 'number' && Number.isFinite(new Date(time).getTime()),
  );
  return texts && times && states.has(value.state);
}

/** An object of which nothing is known but the keys that are looked at here. */
function isObject(value: unknown): value is Partial<Record<keyof RememberedHealth, unknown>> {
  return typeof value === 'object' && value !== null;
}
