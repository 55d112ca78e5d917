import { createHash } from 'node:crypto';
import { namingFile } from './bytes.ts';
import type { DatabaseFile } from './database.ts';
import { readBlock } from './file-bytes.ts';
import { keyText } from './key-text.ts';
import { mapVersion } from './layout.ts';
import { type RankedRegions, rankedSets } from './ranker.ts';
import type { View } from './views.ts';
import { isAsked } from './walk.ts';

/** How much of a file its fingerprint reads: blocks spread evenly, and the metadata through `info`. */
const sampledBlocks = 64;
const sampledBytes = 4096;

/** Changes whenever a view of the old form would be compiled to another map. */
const compilerVersion = 2;

/**
 * Names for what compilations depend on: the same databases under other paths give the same. Each file is read
 * once, whatever the number of views.
 */
export class CacheKeys {
  private readonly files: readonly DatabaseFile[];
  private readonly fingerprints: readonly string[];

  constructor(files: readonly DatabaseFile[]) {
    this.files = files;
    this.fingerprints = files.map((file) => namingFile(file.info.path, () => fingerprint(file)));
  }

  of(view: View, ranked: RankedRegions): string {
    const about = asksSystems(view) ? 'system' : 'place';
    const databases = this.files.map(({ info }, i) => (isAsked(info, about) ? this.fingerprints[i] : ''));
    const told = JSON.stringify([
      mapVersion,
      compilerVersion,
      databases,
      specOf(view),
      rankedBy(view, ranked),
    ]);
    return createHash('sha256').update(told).digest('hex').slice(0, 32);
  }
}

function asksSystems(view: View): boolean {
  if (view.kind === 'distance') return false;
  if (view.kind === 'latency') return view.table.rows.some(({ client }) => client.kind === 'asn');
  return view.entries.some(({ keys }) => keys.some(({ kind }) => kind === 'asn'));
}

function specOf(view: View): unknown[] {
  if (view.kind === 'match') return ['match', view.entries.map(({ keys }) => keys.map(keyText))];
  if (view.kind === 'distance')
    return ['distance', view.bias.some((percent) => percent !== 0) ? view.bias : []];
  const rows = view.table.rows.map(({ client, region, milliseconds }) => [
    keyText(client),
    region,
    milliseconds,
  ]);
  return ['latency', rows];
}

/** What rankings depend on; nothing where there are none. */
function rankedBy(view: View, { regions, sets }: RankedRegions): unknown[] {
  if (view.kind === 'match') return [];
  return [regions.map(({ latitude, longitude }) => [latitude, longitude]), rankedSets(regions.length, sets)];
}

function fingerprint(file: DatabaseFile): string {
  const { path: _path, name: _name, modifiedMs: _modifiedMs, ...identity } = file.info;
  const hash = createHash('sha256').update(JSON.stringify(identity));
  const length = Math.min(sampledBytes, identity.sizeBytes);
  for (let i = 0; i < sampledBlocks; i++) {
    const offset = Math.floor(((identity.sizeBytes - length) * i) / (sampledBlocks - 1));
    hash.update(readBlock(file.descriptor, offset, length));
  }
  return hash.digest('hex');
}
