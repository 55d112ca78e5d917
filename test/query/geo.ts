import { MmdbWriter } from '../../geodb/mmdb-writer.ts';
import type { Config } from '../../src/config/model.ts';
import { MemoryBytes } from '../../src/geo/bytes.ts';
import { compile } from '../../src/geo/compile.ts';
import { emptyGeoMap } from '../../src/geo/map.ts';
import { databaseInfo } from '../geo/databases.ts';

/**
 * A geo map that places networks (`198.51.100.0/24`, `2001:db8::/32`) where a region is, by the region's name. It is
 * compiled as any other; a later network wins inside an earlier one.
 */
export function mapOf(config: Config, networks: Readonly<Record<string, string>>): SharedArrayBuffer {
  if (Object.keys(networks).length === 0) return emptyGeoMap(config.regions.length);
  const sources = ([4, 6] as const).map((ipVersion) => {
    const writer = new MmdbWriter({ ipVersion, recordSize: 28, databaseType: 'test', buildEpoch: 0 });
    for (const [network, name] of Object.entries(networks)) {
      if (network.includes(':') !== (ipVersion === 6)) continue;
      const region = config.regions.find((each) => each.name === name);
      if (region === undefined) throw new Error(`no region ${name}`);
      writer.insert(network, { latitude: region.latitude, longitude: region.longitude });
    }
    const { bytes } = writer.encode();
    return { info: databaseInfo(bytes), load: () => new MemoryBytes(bytes) };
  });
  const sets = config.pools.map((pool) => pool.endpoints.map((endpoint) => endpoint.region));
  const bias = config.regions.map(() => 0);
  return compile(sources, [{ kind: 'distance', bias }], { regions: config.regions, sets })[0]!.map;
}
