import {
  findOffset,
  METADATA_MARKER,
  type MmdbTree,
  NODE_BYTES,
  openMmdb,
  readRecord,
  valueAt,
  writeNode,
} from './mmdb.ts';
import { DataSection } from './mmdb-data.ts';
import { nearestRegion, type UnitVector, unitVector } from './regions.ts';

/** What a flat location record says; the empty string stands for "not said". */
export interface Place {
  readonly country: string;
  readonly state: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Where a country, or a state of a large one, lies on average, for servers that steer by name of place. */
export interface Area {
  readonly country: string;
  /** Undefined: the country as a whole. */
  readonly state: string | undefined;
  /** Index into `regions`. */
  readonly region: number;
}

export interface CityDatabase {
  /** The file: the source's tree, with the nested records of a GeoIP2 City database. */
  readonly bytes: Buffer;
  readonly areas: readonly Area[];
  /** The nearest region of an IPv4 address (unsigned); undefined when the database does not place it. */
  regionOf(address: number): number | undefined;
}

/**
 * Rewrites a flat city database into the schema that every server of the benchmark reads. Prefixes and
 * coordinates stay as they are; only the form of the records changes.
 */
export function convertCityDatabase(source: Buffer): CityDatabase {
  const tree = openMmdb(source);
  const data = new DataSection();
  const write = recordWriter(data);
  const places = new Map<number, Place>();
  const offsets = new Map<number, number>();
  const output = Buffer.alloc(tree.dataStart);
  for (let node = 0; node < tree.nodeCount; node++) {
    const records = ([0, 1] as const).map((side) => {
      const record = readRecord(source, node, side);
      if (record <= tree.nodeCount) return record;
      const offset = record - tree.nodeCount - 16;
      let moved = offsets.get(offset);
      if (moved === undefined) {
        const place = readPlace(tree, offset);
        places.set(offset, place);
        moved = write(place);
        offsets.set(offset, moved);
      }
      return tree.nodeCount + 16 + moved;
    });
    writeNode(output, node, records[0]!, records[1]!);
  }
  return {
    bytes: Buffer.concat([output, data.contents(), METADATA_MARKER, metadata(tree)]),
    areas: averageAreas(places.values()),
    regionOf(address) {
      const offset = findOffset(tree, address);
      const place = offset === undefined ? undefined : places.get(offset);
      if (place === undefined || place.country === '') return undefined;
      return nearestRegion(unitVector(place.latitude, place.longitude));
    },
  };
}

function readPlace(tree: MmdbTree, offset: number): Place {
  const flat = valueAt(tree, offset) as Record<string, string | number>;
  const { country_code: country = '', state1: state = '', city = '', latitude = 0, longitude = 0 } = flat;
  return {
    country: String(country),
    state: String(state),
    city: String(city),
    latitude: Number(latitude),
    longitude: Number(longitude),
  };
}

/** Writes one place in the nested schema and returns its offset. */
function recordWriter(data: DataSection): (place: Place) => number {
  return (place) => {
    const at = data.offset;
    data.map(4);
    data.shared('country');
    data.map(1);
    data.shared('iso_code');
    data.string(place.country);
    data.shared('location');
    data.map(2);
    data.shared('latitude');
    data.double(place.latitude);
    data.shared('longitude');
    data.double(place.longitude);
    data.shared('subdivisions');
    data.array(1);
    writeNames(data, () => data.shared(place.state));
    data.shared('city');
    writeNames(data, () => data.string(place.city));
    return at;
  };
}

/** `{ names: { en: … } }` */
function writeNames(data: DataSection, english: () => void): void {
  data.map(1);
  data.shared('names');
  data.map(1);
  data.shared('en');
  english();
}

function metadata({ nodeCount, buildEpoch }: MmdbTree): Buffer {
  const data = new DataSection();
  data.map(9);
  data.string('binary_format_major_version');
  data.uint(2, 5);
  data.string('binary_format_minor_version');
  data.uint(0, 5);
  data.string('build_epoch');
  data.uint(buildEpoch, 9);
  data.string('database_type');
  data.string('GeoIP2-City');
  data.string('description');
  data.map(1);
  data.string('en');
  data.string('Benchmark fixture; IP Geolocation by DB-IP');
  data.string('ip_version');
  data.uint(4, 5);
  data.string('languages');
  data.array(1);
  data.string('en');
  data.string('node_count');
  data.uint(nodeCount, 6);
  data.string('record_size');
  data.uint(NODE_BYTES * 4, 5);
  return data.contents();
}

/** Countries whose halves are nearest to different regions in many cases: told apart by state. */
const SPLIT_COUNTRIES = new Set(['US', 'CA']);

function averageAreas(places: Iterable<Place>): Area[] {
  const sums = new Map<string, { place: Place; sum: [number, number, number] }>();
  const add = (key: string, place: Place, [x, y, z]: UnitVector): void => {
    const entry = sums.get(key) ?? { place, sum: [0, 0, 0] };
    entry.sum[0] += x;
    entry.sum[1] += y;
    entry.sum[2] += z;
    sums.set(key, entry);
  };
  for (const place of places) {
    if (place.country === '') continue;
    const vector = unitVector(place.latitude, place.longitude);
    add(place.country, place, vector);
    if (SPLIT_COUNTRIES.has(place.country) && place.state !== '')
      add(`${place.country};${place.state}`, place, vector);
  }
  return [...sums].map(([key, { place, sum }]) => ({
    country: place.country,
    state: key.includes(';') ? place.state : undefined,
    region: nearestRegion(sum),
  }));
}
