import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import type { Compiled } from './compile.ts';
import { fillBlock, readBlock } from './file-bytes.ts';
import { isSoundMap } from './verify.ts';

/**
 * Compiled maps on disk, a file each: SHA-256 of all that follows (32 bytes), length of the findings (4 bytes,
 * big-endian), the findings as JSON (what the compilation told beside the map), the map.
 */

const headBytes = 36;
const findingsLimit = 65_536;
const orphanAgeMs = 3_600_000;

/** Undefined when the file is missing or damaged in any way: the map is compiled again then. */
export function readCachedMap(directory: string, key: string): Compiled | undefined {
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

/** Writes the map so that a reader sees all of it or nothing. Throws what fs throws. */
export function writeCachedMap(directory: string, key: string, compiled: Compiled): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = pathOf(directory, key);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeWhole(temporary, compiled);
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  sync(dirname(path), 'r');
}

/**
 * Removes the maps that were used longest ago, beside those in use, and half-written files of processes that died.
 * Throws what fs throws.
 */
export function removeOldMaps(directory: string, keysInUse: readonly string[]): void {
  const inUse = new Set(keysInUse.map((key) => pathOf(directory, key)));
  const files = fs
    .readdirSync(directory)
    .filter((name) => /^geo-[0-9a-f]+\.map(\..+\.tmp)?$/.test(name))
    .map((name) => join(directory, name))
    .map((path) => ({ path, usedMs: fs.statSync(path).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs);
  const newestMs = files[0]?.usedMs ?? 0;
  const orphans = files.filter(
    ({ path, usedMs }) => path.endsWith('.tmp') && newestMs - usedMs > orphanAgeMs,
  );
  const unused = files.filter(({ path }) => path.endsWith('.map') && !inUse.has(path));
  for (const { path } of [...orphans, ...unused.slice(limits.geoCacheFiles)]) {
    fs.rmSync(path, { force: true });
  }
}

function pathOf(directory: string, key: string): string {
  return join(directory, `geo-${key}.map`);
}

/** `removeOldMaps` goes by the time of the last use. A directory that may only be read serves maps all the same. */
function noteUse(descriptor: number): void {
  try {
    fs.futimesSync(descriptor, new Date(), new Date());
  } catch {
    // The file keeps its old time and is removed sooner.
  }
}

function readMap(descriptor: number): Compiled | undefined {
  const { size } = fs.fstatSync(descriptor);
  if (size < headBytes || size > limits.geoMapBytes + findingsLimit) return undefined;
  const head = Buffer.from(readBlock(descriptor, 0, headBytes));
  const findingsBytes = head.readUInt32BE(32);
  if (findingsBytes > findingsLimit || headBytes + findingsBytes > size) return undefined;
  const findings = readBlock(descriptor, headBytes, findingsBytes);
  const map = new SharedArrayBuffer(size - headBytes - findingsBytes);
  fillBlock(descriptor, headBytes + findingsBytes, new Uint8Array(map));
  if (!digest(findings, map).equals(head.subarray(0, 32)) || !isSoundMap(map)) return undefined;
  return { ...JSON.parse(Buffer.from(findings).toString()), map };
}

function writeWhole(path: string, compiled: Compiled): void {
  const { map, ...told } = compiled;
  const findings = Buffer.from(JSON.stringify(told));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(findings.length);
  const descriptor = fs.openSync(path, 'wx', 0o600);
  try {
    for (const part of [digest(findings, map), length, findings, new Uint8Array(map)]) {
      for (let done = 0; done < part.length; ) done += fs.writeSync(descriptor, part, done);
    }
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function digest(findings: Uint8Array, map: SharedArrayBuffer): Buffer {
  return createHash('sha256').update(findings).update(new Uint8Array(map)).digest();
}

function sync(path: string, flags: string): void {
  const descriptor = fs.openSync(path, flags);
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
