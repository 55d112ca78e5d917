import { describe, expect, it } from 'vitest';
import { readClients } from '../../src/config/clients.ts';
import { continentOf } from '../../src/geo/continents.ts';
import { keyText } from '../../src/geo/key-text.ts';

const read = (text: string) => {
  const clients = readClients(text);
  return clients.ok ? clients.keys.map(keyText).join() : clients.reason;
};

describe('readClients', () => {
  it.each([
    ['EU', 'continent EU'],
    ['NA', 'continent NA'],
    ['AS', 'continent AS'],
    ['US', 'US'],
    ['NA-US', 'US'],
    ['AF-NA', 'NA'],
    ['AS-SA', 'SA'],
    ['OC-AS', 'AS'],
    ['US-CA', 'US-CA'],
    ['NA-US-CA', 'US-CA'],
    ['NA-CA', 'CA'],
    ['AF-NA-KH', 'NA-KH'],
    ['FR-20R', 'FR-20R'],
    ['AS1', 'AS1'],
    ['AS4294967295', 'AS4294967295'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is %s', (text, key) => {
    expect(read(text)).toBe(key);
  });

  it.each([
    ['EU-US', 'US is in NA, not in EU; write NA-US'],
    ['EU-US-CA', 'US is in NA, not in EU; write NA-US-CA'],
    ['NA-KH', 'KH is in AS, not in NA; write AS-KH'],
    ['AF-KAN', 'AF is a continent here; a subdivision of country AF is AS-AF-KAN'],
    ['EU-XX', 'XX is no country (ISO 3166-1, two letters)'],
    ['UK', 'UK is no country; did you mean GB?'],
    ['EU-EL', 'EL is no country; did you mean GR?'],
    ['XX', 'XX is no country (ISO 3166-1, two letters)'],
    ['US-CA-SF', 'wanted a continent before country US, or nothing'],
    ['de', 'did you mean DE?'],
    ['eea', 'did you mean EEA?'],
    ['as64500', 'did you mean AS64500?'],
    ['192.0.2.1', 'an address needs a length: 192.0.2.1/32'],
    ['2001:db8::1', 'an address needs a length: 2001:db8::1/128'],
    ['192.0.2.1/24', 'bits are set past its length: 192.0.2.0/24'],
    ['192.0.2.0/33', 'wanted a network such as 192.0.2.0/24 or 2001:db8::/32'],
    ['192.0.2/24', 'wanted a network such as 192.0.2.0/24 or 2001:db8::/32'],
  ])('%s: %s', (text, reason) => {
    expect(read(text)).toBe(reason);
  });

  it.each(['', 'Europe', 'AS0', 'AS4294967296', 'AS01', 'US-', '-US', 'US-CALI', '__proto__', 'constructor'])(
    '%s names nobody',
    (text) => {
      expect(read(text)).toMatch(/^wanted a network .*, EU27 or EEA$/);
    },
  );

  it('has the countries of the European Union and of the Economic Area, wherever they lie', () => {
    const union = read('EU27').split(',');
    expect(union).toHaveLength(27);
    expect(read('EEA').split(',')).toEqual([...union, 'IS', 'LI', 'NO']);
    expect(union.filter((country) => continentOf(country) !== 'EU')).toEqual(
      union.filter((country) => country === 'CY' && continentOf('CY') === 'AS'),
    );
  });
});
