import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { load } from '../../src/control/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a zone file that is no file', () => {
  const pipe = join(folder, 'pipe.zone');
  execFileSync('mkfifo', [pipe]);

  it.each([
    ['a pipe that nobody writes to', pipe, 'it is not a regular file'],
    ['a device without an end', '/dev/zero', 'it is not a regular file'],
    ['a folder', folder, 'it is a directory'],
  ])('is refused at once: %s', (_title, file, reason) => {
    const configPath = join(folder, 'c.yaml');
    writeFileSync(configPath, `zones: [ { name: example.com, file: ${file} } ]`);
    const { loaded, problems } = load({ configPath, stateDirectory: folder, previousGeo: undefined });
    expect(loaded).toBeUndefined();
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      `ZONE_READ cannot read the zone: ${reason}`,
    ]);
  });
});
