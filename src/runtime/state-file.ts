import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the state directory as text; undefined when there is none. One that cannot be read is a problem in one line. */
export async function readStateFile(
  directory: string,
  name: string,
  mostBytes: number,
): Promise<{ readonly text: string | undefined } | { readonly problem: string }> {
  const path = join(directory, name);
  let file: FileHandle | undefined;
  try {
    // Not blocking: a pipe in its place would wait for its writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) return { problem: `${path} is ignored: it is not a regular file` };
    const { size } = status;
    if (size > mostBytes) return { problem: `${path} is ignored: ${size} bytes are too many` };
    return { text: await file.readFile('utf8') };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { text: undefined };
    return { problem: `${path} is ignored: ${textOf(error)}` };
  } finally {
    await file?.close().catch(() => {});
  }
}

/** The entries of a state file's text, `{"version": …, "entries": […]}`; undefined when it is anything else. */
export function entriesOf(text: string, version: number): readonly unknown[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version: found, entries } = value as { readonly version?: unknown; readonly entries?: unknown };
  return found === version && Array.isArray(entries) ? entries : undefined;
}

/** Replaces the file whole or not at all, also over a loss of power. Returns why it could not, in one line. */
export async function writeStateFile(
  directory: string,
  name: string,
  text: string,
): Promise<string | undefined> {
  const path = join(directory, name);
  const temporary = `${path}.tmp`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await withFile(temporary, 'w', async (file) => {
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    });
    await rename(temporary, path);
    await withFile(directory, 'r', (file) => file.sync());
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${textOf(error)}`;
  }
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
