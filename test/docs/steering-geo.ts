import { MmdbWriter, Typed, type Value } from '../../geodb/mmdb-writer.ts';
import type { Config } from '../../src/config/model.ts';
import { MemoryBytes } from '../../src/geo/bytes.ts';
import { compile } from '../../src/geo/compile.ts';
import type { WalkSource } from '../../src/geo/walk.ts';
import { databaseInfo } from '../geo/databases.ts';
import type { PageClient } from './steering-page.ts';

/** Databases in which the page's clients are where its table says. */
export function geoSources(clients: readonly PageClient[]): WalkSource[] {
  const places = database('GeoLite2-City', clients, ({ place, latitude, longitude }) => {
    if (place === undefined) return undefined;
    const { country, subdivision } = place;
    return {
      country: { iso_code: country },
      location: { latitude, longitude },
      ...(subdivision !== undefined && { subdivisions: [{ iso_code: subdivision }] }),
    };
  });
  const systems = database('GeoLite2-ASN', clients, ({ asn }) =>
    asn === undefined ? undefined : { autonomous_system_number: new Typed('uint32', asn) },
  );
  return [places, systems];
}

/** The maps of all views of a config. */
export function viewsOf(config: Config, sources: readonly WalkSource[]): SharedArrayBuffer[] {
  const sets = config.pools.map(({ endpoints }) => endpoints.map(({ region }) => region));
  return compile(sources, config.views, { regions: config.regions, sets }).map(({ map }) => map);
}

function database(
  databaseType: string,
  clients: readonly PageClient[],
  record: (client: PageClient) => Value | undefined,
): WalkSource {
  const writer = new MmdbWriter({ ipVersion: 6, recordSize: 28, databaseType, buildEpoch: 0 });
  for (const client of clients) {
    const value = record(client);
    if (value !== undefined) writer.insert(client.network, value);
  }
  const { bytes } = writer.encode();
  return { info: databaseInfo(bytes), load: () => new MemoryBytes(bytes) };
}
