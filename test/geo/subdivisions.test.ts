import { describe, expect, it } from 'vitest';
import { continentOf } from '../../src/geo/continents.ts';
import { countryCentre } from '../../src/geo/countries.ts';
import { knowsSubdivisions, subdivisionCode } from '../../src/geo/subdivisions.ts';

describe('subdivisionCode', () => {
  it.each([
    ['US', 'California', 'CA'],
    ['US', 'Alabama', 'AL'],
    ['DE', 'State of Berlin', 'BE'],
    ['DE', 'Baden-Württemberg', 'BW'],
    ['FR', "Provence-Alpes-Cote d'Azur", 'PAC'],
    ['RU', 'Leningradskaya Oblast’', 'LEN'],
    ['RU', 'North Ossetia–Alania', 'SE'],
    ['RU', 'Moscow', 'MOW'],
    ['RU', 'Moscow Oblast', 'MOS'],
    ['MX', 'Mexico', 'MEX'],
    ['JP', 'Hokkaido', '01'],
    ['US', 'california', 'CA'],
    ['US', 'New South Wales', undefined],
    ['FI', 'Uusimaa', undefined],
    ['US', '', undefined],
  ])('%s, %s: %s', (country, name, code) => {
    expect(subdivisionCode(country, name)).toBe(code);
  });

  it('knows which countries it has names for', () => {
    const countries = ['AU', 'BR', 'CA', 'CN', 'DE', 'ES', 'FR', 'GB', 'IN', 'IT', 'JP', 'MX', 'RU', 'US'];
    expect(countries.filter((country) => !knowsSubdivisions(country))).toEqual([]);
    expect(knowsSubdivisions('FI')).toBe(false);
  });
});

describe('continentOf', () => {
  it.each([
    ['US', 'NA'],
    ['NA', 'AF'],
    ['RU', 'EU'],
    ['TR', 'AS'],
    ['CY', 'EU'],
    ['AS', 'OC'],
    ['GL', 'NA'],
    ['AQ', 'AN'],
    ['BR', 'SA'],
    ['ZZ', undefined],
  ])('%s: %s', (country, continent) => {
    expect(continentOf(country)).toBe(continent);
  });

  it('knows every country that has a centre', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((a) => letters.map((b) => a + b));
    const centred = codes.filter((code) => countryCentre((code.charCodeAt(0) << 8) | code.charCodeAt(1)));
    expect(centred.length).toBeGreaterThan(240);
    expect(codes.filter((code) => continentOf(code))).toEqual(centred);
  });
});
