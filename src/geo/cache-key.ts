import { createHash, type Hash } from 'node:crypto';
import { namingFile } from './bytes.ts';
import type { DatabaseFile } from './database.ts';
import type { Coordinates } from './distance.ts';
import { readBlock } from './file-bytes.ts';
import { mapVersion } from './layout.ts';
import { rankedSets } from './ranker.ts';

/** How much of a file its fingerprint reads: blocks spread evenly, and the metadata through `info`. */
const sampledBlocks = 64;
const sampledBytes = 4096;

/** A name for what a compilation depends on: the same databases under other paths give the same. */
export function cacheKey(
  files: readonly DatabaseFile[],
  regions: readonly Coordinates[],
  sets: readonly (readonly number[])[],
): string {
  const hash = createHash('sha256').update(`geo map ${mapVersion}\n`);
  for (const file of files) namingFile(file.info.path, () => addDatabase(hash, file));
  const places = regions.map(({ latitude, longitude }) => [latitude, longitude]);
  hash.update(JSON.stringify([places, rankedSets(regions.length, sets)]));
  return hash.digest('hex').slice(0, 32);
}

function addDatabase(hash: Hash, file: DatabaseFile): void {
  const { path: _path, name: _name, modifiedMs: _modifiedMs, ...identity } = file.info;
  hash.update(JSON.stringify(identity));
  const length = Math.min(sampledBytes, identity.sizeBytes);
  for (let i = 0; i < sampledBlocks; i++) {
    const offset = Math.floor(((identity.sizeBytes - length) * i) / (sampledBlocks - 1));
    hash.update(readBlock(file.descriptor, offset, length));
  }
}
