import { readFileSync } from 'node:fs';
import { Reader } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import { fixtures } from '../../geodb/fixture.ts';
import { fixture } from './databases.ts';

describe('test/fixtures/geo', () => {
  it.each([...fixtures()])('%s is what geodb/fixture.ts writes', (name, bytes) => {
    expect(Buffer.compare(readFileSync(fixture(name)), bytes)).toBe(0);
  });

  it('is read alike by an independent reader', () => {
    const flat = new Reader<Record<string, unknown>>(readFileSync(fixture('dbip-city-ipv4.mmdb')) as never);
    expect(flat.get('203.0.113.7')).toMatchObject({ city: 'Auckland', country_code: 'NZ' });
    const nested = new Reader<Record<string, unknown>>(readFileSync(fixture('maxmind-city.mmdb')) as never);
    expect(nested.get('2002:c000:0201::')).toMatchObject({ location: { latitude: 47.61 } });
    expect(nested.get('2001:db8::1')).toMatchObject({ city: { names: { en: 'Bogotá' } } });
  });
});
