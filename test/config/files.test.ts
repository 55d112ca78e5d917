import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HttpCheck } from '../../src/config/check-model.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemEnvironment } from '../../src/config/system-environment.ts';
import { limits } from '../../src/runtime/limits.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { configOf, problemsOf } from './load-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = systemEnvironment('.state');
const problemsIn = (path: string) => loadConfig(path, environment).problems.map(formatProblem);

describe('files of the config', () => {
  it('are read from the disk, and paths in them are relative to the file', () => {
    const path = join(folder, 'good.yaml');
    writeFileSync(path, 'zones: [ { name: example.com, file: zones/z } ]');
    const { config } = loadConfig(path, environment);
    expect(config?.zones[0]?.source).toEqual({ file: join(folder, 'zones/z') });
    expect(config?.state.directory).toBe(join(folder, '.state'));
    expect(config?.node.name).toBe(environment.hostname);
  });

  it('tell why they cannot be read', () => {
    const missing = join(folder, 'missing.yaml');
    expect(problemsIn(missing)).toEqual([`${missing}: cannot read: no such file [CONFIG_READ]`]);
    expect(problemsIn(folder)).toEqual([`${folder}: cannot read: is a directory [CONFIG_READ]`]);
    expect(problemsIn('a\0b')).toEqual([expect.stringMatching(/: cannot read: .* \[CONFIG_READ\]$/)]);
  });

  it('have a bound, also where their size is not known beforehand', () => {
    expect(problemsIn('/dev/zero')).toEqual([
      `/dev/zero: cannot read: larger than ${limits.configFileBytes} bytes [CONFIG_READ]`,
    ]);
  });

  it('may be pipes; one that nobody writes to holds nothing up', () => {
    const pipe = join(folder, 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    expect(problemsIn(pipe)).toEqual([expect.stringContaining('the file: found nothing')]);
    const silent = openSync(pipe, 'r+');
    expect(problemsIn(pipe)).toEqual([
      `${pipe}: cannot read: nothing was written to the pipe in time [CONFIG_READ]`,
    ]);
    closeSync(silent);
  });
});

describe('authorities of a monitor', () => {
  const authority = readFileSync(resolve(import.meta.dirname, '../fixtures/config/authority.pem'), 'utf8');
  const yaml = `monitors: { w: { type: https, ca: ca.pem } }
regions: { a: { location: [ 0, 0 ] } }
pools: { p: { monitor: w, endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] } }
policies: { f: { type: nearest, pool: p } }
zones: [ { name: example.com, file: z, steer: { app: f } } ]
`;

  it('are handed on as they stand in the file', () => {
    const { pools } = configOf(yaml, { [resolve('ca.pem')]: authority });
    expect((pools[0]!.monitor!.check as HttpCheck).tls?.ca).toBe(authority);
  });

  it.each([
    ['a file that is not there', undefined, 'cannot read `ca.pem`: no such file [CONFIG_READ]'],
    [
      'a file of another kind',
      'hello',
      '`ca.pem` holds no certificate; wanted certificates in PEM form [CONFIG_VALUE]',
    ],
    [
      'a certificate cut short',
      authority + authority.replace(/\n.{64}\n/, '\n'),
      '`ca.pem` holds a broken certificate, number 2; wanted certificates in PEM form [CONFIG_VALUE]',
    ],
  ])('tells of %s', (_title, pem, message) => {
    const files: Record<string, string> = pem === undefined ? {} : { [resolve('ca.pem')]: pem };
    expect(problemsOf(yaml, files)).toEqual([`1:35: ${message}`]);
  });
});
