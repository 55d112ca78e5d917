import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import { fillBlock, readBlock } from './file-bytes.ts';
import { isSoundMap } from './verify.ts';

/**
 * A compiled map on disk: SHA-256 of all that follows (32 bytes), length of the notes (4 bytes, big-endian), the
 * notes as JSON, the map.
 */
export interface CachedMap {
  readonly map: SharedArrayBuffer;
  /** Warnings that came with the compilation. */
  readonly notes: readonly string[];
}

const headBytes = 36;
const notesLimit = 65_536;
const orphanAgeMs = 3_600_000;

/** Undefined when the file is missing or damaged in any way: the map is compiled again then. */
export function readCachedMap(directory: string, key: string): CachedMap | undefined {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    descriptor = fs.openSync(pathOf(directory, key), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const found = readMap(descriptor);
    if (found !== undefined) noteUse(descriptor);
    return found;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Writes the map so that a reader sees all of it or nothing, then removes the oldest ones. Throws what fs throws. */
export function writeCachedMap(directory: string, key: string, cached: CachedMap): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = pathOf(directory, key);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeWhole(temporary, cached);
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  sync(dirname(path), 'r');
  removeOld(directory);
}

function pathOf(directory: string, key: string): string {
  return join(directory, `geo-${key}.map`);
}

/** `removeOld` goes by the time of the last use. A directory that may only be read serves maps all the same. */
function noteUse(descriptor: number): void {
  try {
    fs.futimesSync(descriptor, new Date(), new Date());
  } catch {
    // The file keeps its old time and is removed sooner.
  }
}

function readMap(descriptor: number): CachedMap | undefined {
  const { size } = fs.fstatSync(descriptor);
  if (size < headBytes || size > limits.geoMapBytes + notesLimit) return undefined;
  const head = Buffer.from(readBlock(descriptor, 0, headBytes));
  const notesBytes = head.readUInt32BE(32);
  if (notesBytes > notesLimit || headBytes + notesBytes > size) return undefined;
  const notes = readBlock(descriptor, headBytes, notesBytes);
  const map = new SharedArrayBuffer(size - headBytes - notesBytes);
  fillBlock(descriptor, headBytes + notesBytes, new Uint8Array(map));
  if (!digest(notes, map).equals(head.subarray(0, 32)) || !isSoundMap(map)) return undefined;
  return { map, notes: JSON.parse(Buffer.from(notes).toString()) };
}

function writeWhole(path: string, cached: CachedMap): void {
  const notes = Buffer.from(JSON.stringify(cached.notes));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(notes.length);
  const descriptor = fs.openSync(path, 'wx', 0o600);
  try {
    for (const part of [digest(notes, cached.map), length, notes, new Uint8Array(cached.map)]) {
      for (let done = 0; done < part.length; ) done += fs.writeSync(descriptor, part, done);
    }
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function digest(notes: Uint8Array, map: SharedArrayBuffer): Buffer {
  return createHash('sha256').update(notes).update(new Uint8Array(map)).digest();
}

function sync(path: string, flags: string): void {
  const descriptor = fs.openSync(path, flags);
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Keeps the maps that were used last, and no half-written file of a process that died. */
function removeOld(directory: string): void {
  const files = fs
    .readdirSync(directory)
    .filter((name) => /^geo-[0-9a-f]+\.map(\..+\.tmp)?$/.test(name))
    .map((name) => ({ name, usedMs: fs.statSync(join(directory, name)).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs);
  const newestMs = files[0]?.usedMs ?? 0;
  const orphans = files.filter(
    ({ name, usedMs }) => name.endsWith('.tmp') && newestMs - usedMs > orphanAgeMs,
  );
  const maps = files.filter(({ name }) => name.endsWith('.map'));
  for (const { name } of [...orphans, ...maps.slice(limits.geoCacheFiles)]) {
    fs.rmSync(join(directory, name), { force: true });
  }
}
