import { resolve } from 'node:path';
import { z } from 'zod';
import type { Findings } from '../findings.ts';
import type { GeoSource } from '../model.ts';
import { text } from '../values.ts';
import { showName } from '../wording.ts';

const databasesWanted = 'a list with at least one of `bundled` or a path to an MMDB file';

export const geoSchema = z
  .strictObject(
    {
      databases: z
        .array(text('`bundled` or the path of an MMDB file'), { error: databasesWanted })
        .min(1, { error: databasesWanted })
        .max(16, { error: 'at most 16 databases' })
        .prefault(['bundled'])
        .describe(
          '`bundled` or paths of MMDB files with locations, asked in this order; relative to this file.',
        ),
    },
    { error: 'a mapping with `databases`' },
  )
  .describe('How clients are placed on the map.');

/** `base`: the directory of the config file. */
export function resolveGeo(input: z.output<typeof geoSchema>, base: string, findings: Findings): GeoSource[] {
  const seen = new Set<string>();
  return input.databases.map((database, i) => {
    const path = database === 'bundled' ? database : resolve(base, database);
    if (seen.has(path)) {
      findings.error(
        'CONFIG_DUPLICATE',
        ['geo', 'databases', i],
        `database ${showName(database)} is listed twice`,
      );
    }
    seen.add(path);
    return path === 'bundled' ? path : { path };
  });
}
