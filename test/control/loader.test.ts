import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadOutcome } from '../../src/control/load.ts';
import type { LoadedGeo } from '../../src/control/load-geo.ts';
import { runLoad } from '../../src/control/loader.ts';
import { geoFile } from './places.ts';
import { Site, standardZone } from './site.ts';

let site: Site;
afterEach(() => site.close());

function opened(): Site {
  site = new Site();
  site.configure();
  return site;
}

function load(previousGeo: LoadedGeo | undefined, ended?: AbortSignal): Promise<LoadOutcome> {
  const configPath = site.path('meridian.yaml');
  return runLoad({ configPath, stateDirectory: site.path('state'), previousGeo }, ended);
}

describe('a load', () => {
  it('keeps the geo map itself while its files and regions are the same', async () => {
    opened();
    const first = (await load(undefined)).loaded!.geo;
    site.write('example.zone', `${standardZone}more A 192.0.2.1\n`);
    const second = await load(first);
    expect(second.loaded?.geo).toBe(first);
    expect(second.geoFailed).toBe(false);
  });

  it('makes a new one when a file was replaced, and keeps the old one when it is bad', async () => {
    opened();
    const first = (await load(undefined)).loaded!.geo;
    site.write('geo4.mmdb', geoFile(4));
    const second = (await load(first)).loaded!.geo;
    expect(second).not.toBe(first);
    rmSync(site.path('geo4.mmdb'));
    const third = await load(second);
    expect(third.loaded?.geo).toBe(second);
    expect(third.geoFailed).toBe(true);
    // The file is back as it was before it was gone: that is a change too.
    site.write('geo4.mmdb', geoFile(4));
    const fourth = await load(second);
    expect(fourth).toMatchObject({ geoFailed: false, geoKept: false });
  });

  it('makes one when steering begins', async () => {
    opened();
    site.configure({ policies: {}, zones: [{ name: 'example.com', file: 'example.zone' }] });
    const first = (await load(undefined)).loaded!.geo;
    expect(first.databases).toEqual([]);
    site.configure();
    const second = (await load(first)).loaded!.geo;
    expect(second.databases.map(({ name }) => name)).toEqual(['geo4.mmdb', 'geo6.mmdb']);
  });

  it('ends when it is told to', async () => {
    opened();
    const end = new AbortController();
    const loading = load(undefined, end.signal);
    end.abort();
    await expect(loading).rejects.toThrow();
    await expect(load(undefined, end.signal)).rejects.toThrow();
  });
});
