import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MmdbWriter, Typed, type Value } from '../../geodb/mmdb-writer.ts';
import type { Config } from '../../src/config/model.ts';
import { compile } from '../../src/geo/compile.ts';
import { DatabaseFile, type DatabaseInfo } from '../../src/geo/database.ts';
import type { PageClient } from './steering-page.ts';

/** Databases, as files, in which the page's clients are where its table says. */
export class SteeringGeo {
  private readonly directory = mkdtempSync(join(tmpdir(), 'meridian-steering-'));
  private readonly files: readonly DatabaseFile[];

  constructor(clients: readonly PageClient[]) {
    const databases = { places: placesOf(clients), systems: systemsOf(clients) };
    this.files = Object.entries(databases).map(([name, writer]) => {
      const path = join(this.directory, `${name}.mmdb`);
      writeFileSync(path, writer.encode().bytes);
      return new DatabaseFile(path);
    });
  }

  get databases(): DatabaseInfo[] {
    return this.files.map(({ info }) => info);
  }

  /** The maps of all views of a config. */
  viewsOf({ views, regions, pools }: Config): SharedArrayBuffer[] {
    const sets = pools.map(({ endpoints }) => endpoints.map(({ region }) => region));
    return compile(this.files, views, { regions, sets }).map(({ map }) => map);
  }

  close(): void {
    for (const file of this.files) file.close();
    rmSync(this.directory, { recursive: true });
  }
}

function placesOf(clients: readonly PageClient[]): MmdbWriter {
  return database('GeoLite2-City', clients, ({ place, latitude, longitude }) => {
    if (place === undefined) return undefined;
    const { country, subdivision } = place;
    return {
      country: { iso_code: country },
      location: { latitude, longitude },
      ...(subdivision !== undefined && { subdivisions: [{ iso_code: subdivision }] }),
    };
  });
}

function systemsOf(clients: readonly PageClient[]): MmdbWriter {
  return database('GeoLite2-ASN', clients, ({ asn }) =>
    asn === undefined ? undefined : { autonomous_system_number: new Typed('uint32', asn) },
  );
}

function database(
  databaseType: string,
  clients: readonly PageClient[],
  record: (client: PageClient) => Value | undefined,
): MmdbWriter {
  const writer = new MmdbWriter({ ipVersion: 6, recordSize: 28, databaseType, buildEpoch: 0 });
  for (const client of clients) {
    const value = record(client);
    if (value !== undefined) writer.insert(client.network, value);
  }
  return writer;
}
