import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MmdbWriter, Typed } from '../../../geodb/mmdb-writer.ts';

/** Singapore stands first: it is where clients go that no database places, such as one on loopback. */
export const regions = {
  ap: { location: [1.35, 103.82], address: '192.0.2.3' },
  us: { location: [39.04, -77.49], address: '192.0.2.1' },
  eu: { location: [53.35, -6.26], address: '192.0.2.2' },
} as const;

type Region = keyof typeof regions;

/** Public networks, since reserved ones have no place. One lies inside another, smaller than resolvers tell. */
const networks: readonly (readonly [network: string, region: Region])[] = [
  ['45.0.0.0/8', 'us'],
  ['81.0.0.0/8', 'eu'],
  ['81.2.80.0/24', 'us'],
  ['81.2.128.0/17', 'ap'],
  ['2600::/12', 'us'],
  ['2a00::/16', 'eu'],
  ['2a00:5::/32', 'us'],
];

/** Writes `v4.mmdb` and `v6.mmdb`. */
export function writePlaces(directory: string): void {
  for (const ipVersion of [4, 6] as const) {
    const writer = new MmdbWriter({
      databaseType: 'city',
      ipVersion,
      recordSize: 28,
      buildEpoch: 1_780_000_000,
    });
    for (const [network, region] of networks) {
      if (network.includes(':') !== (ipVersion === 6)) continue;
      const [latitude, longitude] = regions[region].location;
      writer.insert(network, {
        latitude: new Typed('float', latitude),
        longitude: new Typed('float', longitude),
      });
    }
    writeFileSync(join(directory, `v${ipVersion}.mmdb`), writer.encode().bytes);
  }
}
