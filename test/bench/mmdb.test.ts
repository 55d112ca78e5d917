import fc from 'fast-check';
import { type CityResponse, Reader } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import { convertCityDatabase } from '../../bench/city-database.ts';
import { METADATA_MARKER, NODE_BYTES, readRecord, writeNode } from '../../bench/mmdb.ts';
import { DataSection } from '../../bench/mmdb-data.ts';

/** A flat database of two halves: 0.0.0.0/1 in Mountain View, 128.0.0.0/2 in Amsterdam, the rest unknown. */
function flatDatabase(): Buffer {
  const data = new DataSection();
  const place = (
    country: string,
    state: string,
    city: string,
    latitude: number,
    longitude: number,
  ): number => {
    const at = data.offset;
    data.map(5);
    for (const [key, text] of Object.entries({ country_code: country, state1: state, city })) {
      data.shared(key);
      data.string(text);
    }
    data.shared('latitude');
    data.double(latitude);
    data.shared('longitude');
    data.double(longitude);
    return at;
  };
  const nodeCount = 2;
  const west = place('US', 'California', 'Mountain View', 37.4, -122.1) + nodeCount + 16;
  const east = place('NL', 'North Holland', 'Amsterdam', 52.4, 4.9) + nodeCount + 16;
  const tree = Buffer.alloc(nodeCount * NODE_BYTES + 16);
  writeNode(tree, 0, west, 1);
  writeNode(tree, 1, east, nodeCount);
  const metadata = new DataSection();
  metadata.map(4);
  for (const [key, value] of Object.entries({ node_count: nodeCount, record_size: 28, ip_version: 4 })) {
    metadata.string(key);
    metadata.uint(value, 6);
  }
  metadata.string('build_epoch');
  metadata.uint(1_780_000_000, 9);
  return Buffer.concat([tree, data.contents(), METADATA_MARKER, metadata.contents()]);
}

describe('convertCityDatabase', () => {
  const converted = convertCityDatabase(flatDatabase());
  const reader = new Reader<CityResponse>(converted.bytes);

  it('keeps prefixes and places, in the nested schema that an independent reader knows', () => {
    const [west, westLength] = reader.getWithPrefixLength('8.8.8.8');
    expect(west?.country?.iso_code).toBe('US');
    expect(west?.subdivisions?.[0]?.names.en).toBe('California');
    expect(west?.location).toMatchObject({ latitude: 37.4, longitude: -122.1 });
    expect(westLength).toBe(1);
    const [east, eastLength] = reader.getWithPrefixLength('145.1.2.3');
    expect(east?.city?.names.en).toBe('Amsterdam');
    expect(eastLength).toBe(2);
    expect(reader.get('203.0.113.1')).toBeNull();
  });

  it('says in its metadata what servers look for', () => {
    expect(reader.metadata.databaseType).toBe('GeoIP2-City');
    expect(reader.metadata.ipVersion).toBe(4);
    expect(reader.metadata.buildEpoch.getTime()).toBe(1_780_000_000_000);
  });

  it('knows the nearest region of an address, and of none that the file does not place', () => {
    expect(converted.regionOf(0x08080808)).toBe(1);
    expect(converted.regionOf(0x91010203)).toBe(3);
    expect(converted.regionOf(0xcb007101)).toBeUndefined();
  });

  it('gives areas: countries, and the states of those that several regions share', () => {
    expect(converted.areas).toContainEqual({ country: 'US', state: 'California', region: 1 });
    expect(converted.areas).toContainEqual({ country: 'NL', state: undefined, region: 3 });
    expect(converted.areas.some((area) => area.country === 'NL' && area.state !== undefined)).toBe(false);
  });

  it('refuses what is no such database', () => {
    expect(() => convertCityDatabase(Buffer.from('no database'))).toThrow('no metadata');
  });
});

describe('writeNode', () => {
  it('writes records of 28 bits that are read back', () => {
    const record = fc.integer({ min: 0, max: 2 ** 28 - 1 });
    fc.assert(
      fc.property(record, record, (left, right) => {
        const bytes = Buffer.alloc(3 * NODE_BYTES);
        writeNode(bytes, 1, left, right);
        expect([readRecord(bytes, 1, 0), readRecord(bytes, 1, 1)]).toEqual([left, right]);
        expect(readRecord(bytes, 0, 1) + readRecord(bytes, 2, 0)).toBe(0);
      }),
    );
  });
});
