import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  encodeNode,
  encodePointer,
  MmdbWriter,
  Typed,
  type Value,
  type WriterOptions,
} from './mmdb-writer.ts';

/** All fixture databases by their path below `test/fixtures/geo/`. Their networks and places are made up. */
export function fixtures(): Map<string, Uint8Array> {
  return new Map([
    ['dbip-city-ipv4.mmdb', flatIpv4().encode().bytes],
    ['dbip-city-ipv6.mmdb', flatIpv6().encode().bytes],
    ['maxmind-city.mmdb', maxmindCity().encode().bytes],
    ['maxmind-country.mmdb', maxmindCountry().encode().bytes],
    ['maxmind-asn.mmdb', maxmindAsn().encode().bytes],
    ['flat-asn.mmdb', flatAsn().encode().bytes],
    ...corrupt(),
  ]);
}

interface City {
  readonly country: string;
  readonly subdivision: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
}

const london = city('GB', 'England', 'London', 51.51, -0.13);
const munich = city('DE', 'Bavaria', 'Munich', 48.14, 11.58);
const tromso = city('NO', 'Troms', 'Tromsø', 69.65, 18.96);
const bogota = city('CO', 'Bogota D.C.', 'Bogotá', 4.71, -74.07);
const auckland = city('NZ', 'Auckland', 'Auckland', -36.85, 174.76);
const seattle = city('US', 'Washington', 'Seattle', 47.61, -122.33);

function flatIpv4(): MmdbWriter {
  const writer = database('city ipv4', 4, 28);
  writer.insert('192.0.2.0/25', flat(london));
  writer.insert('192.0.2.128/25', flat(munich));
  writer.insert('198.18.0.0/15', flat(seattle));
  writer.insert('198.51.100.0/24', flat(tromso));
  writer.insert('203.0.113.0/24', flat(bogota));
  writer.insert('203.0.113.7/32', flat(auckland));
  return writer;
}

function flatIpv6(): MmdbWriter {
  const writer = database('city ipv6', 6, 28);
  writer.insert('2001:db8::/32', flat(london));
  writer.insert('2001:db8:1::/48', flat(munich));
  writer.insert('2001:db8:2:3::/64', flat(seattle));
  writer.insert('2001:db8:2:3::7/128', flat(auckland));
  return writer;
}

/** IPv4 and IPv6 in one tree; the IPv4 part hangs in three places, as MaxMind writes it. */
function maxmindCity(): MmdbWriter {
  const writer = database('GeoLite2-City', 6, 24);
  writer.insert('192.0.2.0/24', nested(seattle));
  writer.insert('198.51.100.0/24', nested(tromso));
  writer.insert('203.0.113.0/24', { country: { iso_code: 'JP' } });
  writer.insert('2001:db8::/33', nested(bogota));
  writer.alias('::ffff:0:0/96', '::/96');
  writer.alias('2001::/32', '::/96');
  writer.alias('2002::/16', '::/96');
  return writer;
}

function maxmindCountry(): MmdbWriter {
  const writer = database('GeoLite2-Country', 6, 24);
  writer.insert('192.0.2.0/24', {
    continent: { code: 'EU' },
    country: { iso_code: 'FR', names: { en: 'France' } },
  });
  writer.insert('198.51.100.0/24', { continent: { code: 'OC' }, country: { iso_code: 'AU' } });
  writer.insert('203.0.113.0/24', { continent: { code: 'EU' } });
  writer.insert('2001:db8::/32', { country: { iso_code: 'BR' } });
  return writer;
}

function maxmindAsn(): MmdbWriter {
  const writer = database('GeoLite2-ASN', 6, 24);
  const system = {
    autonomous_system_number: new Typed('uint32', 64_496),
    autonomous_system_organization: 'Example',
  };
  writer.insert('192.0.2.0/24', system);
  return writer;
}

/** The schema of ip-location-db. */
function flatAsn(): MmdbWriter {
  const writer = database('asn ipv4', 4, 24);
  const system = (number: number) => ({
    autonomous_system_number: new Typed('uint32', number),
    autonomous_system_organization: `Example ${number}`,
  });
  writer.insert('192.0.2.0/25', system(64_497));
  writer.insert('198.51.100.0/25', system(64_498));
  writer.insert('203.0.113.0/24', system(4_200_000_000));
  return writer;
}

/** Files named by their fault. */
function corrupt(): [string, Uint8Array][] {
  const whole = flatIpv4().encode();
  const { bytes, dataStart, metadataStart } = whole;
  const damaged = (change: (copy: Uint8Array) => void): Uint8Array => {
    const copy = bytes.slice();
    change(copy);
    return copy;
  };
  const nodes = ((dataStart - 16) * 4) / 28;
  const firstLeaf = (record: number) => (copy: Uint8Array) =>
    copy.set(encodeNode(record, record, 28), dataStart - 16 - 7);
  const recordSizeAt = metadataStart + Buffer.from(bytes.subarray(metadataStart)).indexOf('record_size') + 11;
  return [
    ['corrupt/empty.mmdb', new Uint8Array(0)],
    ['corrupt/truncated.mmdb', bytes.slice(0, (bytes.length * 2) / 3)],
    ['corrupt/middle-missing.mmdb', Uint8Array.from([...bytes.slice(0, 100), ...bytes.slice(dataStart)])],
    ['corrupt/bad-record-size.mmdb', damaged((copy) => copy.set([0xa1, 20], recordSizeAt))],
    ['corrupt/tree-loop.mmdb', damaged(firstLeaf(0))],
    ['corrupt/leaf-in-separator.mmdb', damaged(firstLeaf(nodes + 3))],
    ['corrupt/data-out-of-range.mmdb', damaged(firstLeaf(nodes + 16 + 100_000))],
    ['corrupt/pointer-cycle.mmdb', damaged((copy) => copy.set(encodePointer(0), dataStart))],
    ['corrupt/endless-map.mmdb', damaged((copy) => copy.set([0xff, 0xff, 0xff, 0xff], dataStart))],
  ];
}

function database(
  databaseType: string,
  ipVersion: 4 | 6,
  recordSize: WriterOptions['recordSize'],
): MmdbWriter {
  return new MmdbWriter({ databaseType, ipVersion, recordSize, buildEpoch: 1_780_000_000 });
}

function city(country: string, subdivision: string, name: string, latitude: number, longitude: number): City {
  return { country, subdivision, city: name, latitude, longitude };
}

/** The schema of DB-IP as ip-location-db packs it. */
function flat(place: City): Value {
  return {
    city: place.city,
    country_code: place.country,
    latitude: new Typed('float', place.latitude),
    longitude: new Typed('float', place.longitude),
    postcode: '',
    state1: place.subdivision,
    state2: '',
    timezone: '',
  };
}

/** The schema of MaxMind. */
function nested(place: City): Value {
  return {
    city: { geoname_id: new Typed('uint32', 1), names: { de: `${place.city} (de)`, en: place.city } },
    country: { iso_code: place.country, is_in_european_union: false },
    location: {
      accuracy_radius: new Typed('uint16', 20),
      latitude: place.latitude,
      longitude: place.longitude,
    },
    registered_country: { iso_code: 'ZZ' },
    subdivisions: [{ iso_code: place.subdivision, names: { en: 'A name' } }, { iso_code: 'ZZ' }],
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, bytes] of fixtures()) {
    const path = resolve('test/fixtures/geo', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    console.log(`${path}: ${bytes.length} bytes`);
  }
}
