import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { RememberedHealth } from './remembered.ts';

const fileName = 'health.json';
const version = 1;

/** Reads `health.json`. A missing file holds nothing; one that cannot be used is a problem told in one line. */
export async function readHealthFile(
  directory: string,
): Promise<{ readonly entries: RememberedHealth[] } | { readonly problem: string }> {
  const path = join(directory, fileName);
  let file: FileHandle | undefined;
  try {
    // Not blocking: a pipe in its place would wait for its writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) return { problem: `${path} is ignored: it is not a regular file` };
    const { size } = status;
    if (size > limits.healthFileBytes) return { problem: `${path} is ignored: ${size} bytes are too many` };
    const entries = parseHealthFile(await file.readFile('utf8'));
    if (entries === undefined)
      return { problem: `${path} is ignored: it is not a health file of version ${version}` };
    return { entries };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { entries: [] };
    return { problem: `${path} is ignored: ${textOf(error)}` };
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Replaces `health.json` whole or not at all, also over a loss of power. Returns a problem told in one line. */
export async function writeHealthFile(
  directory: string,
  nowMs: number,
  entries: readonly RememberedHealth[],
): Promise<string | undefined> {
  const path = join(directory, fileName);
  const temporary = `${path}.tmp`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify({ version, writtenAt: new Date(nowMs).toISOString(), entries })}\n`;
    await withFile(temporary, 'w', async (file) => {
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    });
    await rename(temporary, path);
    await withFile(directory, 'r', (file) => file.sync());
    return undefined;
  } catch (error) {
    return `${path} cannot be written, health will not survive a restart: ${textOf(error)}`;
  }
}

/** The entries of a health file's text; undefined when it is anything else. Entries that make no sense are left out. */
function parseHealthFile(text: string): RememberedHealth[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== version || !Array.isArray(value.entries)) return undefined;
  return value.entries.filter(isRemembered);
}

function isRemembered(value: unknown): value is RememberedHealth {
  if (!isObject(value)) return false;
  const texts = [value.pool, value.endpoint, value.identity].every((text) => typeof text === 'string');
  // `Invalid Date` would throw where the time is shown.
  const times = [value.sinceMs, value.atMs].every(
    (time) => typeof time === 'number' && Number.isFinite(new Date(time).getTime()),
  );
  return texts && times && (value.state === 'up' || value.state === 'down');
}

/** An object of which nothing is known but the keys that are looked at here. */
function isObject(
  value: unknown,
): value is Partial<Record<'version' | 'entries' | keyof RememberedHealth, unknown>> {
  return typeof value === 'object' && value !== null;
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
