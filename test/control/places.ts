import { MmdbWriter, Typed } from '../../geodb/mmdb-writer.ts';

/** The regions of config/meridian.yaml. */
export const regions = {
  'us-east': { location: [39.04, -77.49], title: 'Virginia' },
  'us-west': { location: [45.84, -119.7], title: 'Oregon' },
  'eu-west': { location: [53.35, -6.26], title: 'Ireland' },
  'eu-central': { location: [50.11, 8.68], title: 'Frankfurt' },
  'sa-east': { location: [-23.55, -46.63], title: 'São Paulo' },
  'ap-southeast': { location: [1.35, 103.82], title: 'Singapore' },
  'ap-sydney': { location: [-33.87, 151.21], title: 'Sydney' },
} as const;

/** Where the small databases of these tests have clients: public addresses, since reserved ones have no place. */
export const networks: readonly (readonly [
  network: string,
  city: string,
  latitude: number,
  longitude: number,
])[] = [
  ['81.2.64.0/18', 'London', 51.51, -0.13],
  ['81.2.80.0/20', 'Munich', 48.14, 11.58],
  ['81.2.80.128/25', 'Seattle', 47.61, -122.33],
  ['45.0.0.0/8', 'Seattle', 47.61, -122.33],
  ['45.64.0.0/10', 'São Paulo', -23.5, -46.6],
  ['103.1.2.0/24', 'Auckland', -36.85, 174.76],
  ['103.1.2.77/32', 'Singapore', 1.29, 103.85],
  ['2a00::/16', 'Munich', 48.14, 11.58],
  ['2a00:23c0::/26', 'London', 51.51, -0.13],
  ['2600::/12', 'Ashburn', 39.04, -77.49],
  ['2600:1f14::/32', 'Seattle', 47.61, -122.33],
  ['2400:8800::/29', 'Singapore', 1.29, 103.85],
];

/** When the databases were made: yesterday, so that nothing warns of their age. */
export const buildEpoch = Math.floor(Date.now() / 1_000) - 86_400;

/** An MMDB file with `networks` of one family. */
export function geoFile(ipVersion: 4 | 6): Uint8Array {
  const writer = new MmdbWriter({
    databaseType: 'test city',
    ipVersion,
    recordSize: 28,
    buildEpoch,
  });
  for (const [network, city, latitude, longitude] of networks) {
    if (network.includes(':') !== (ipVersion === 6)) continue;
    writer.insert(network, {
      city,
      country_code: 'XX',
      latitude: new Typed('float', latitude),
      longitude: new Typed('float', longitude),
    });
  }
  return writer.encode().bytes;
}
