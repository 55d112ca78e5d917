import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const text = readFileSync(resolve(import.meta.dirname, '../../deploy/systemd/meridian.service'), 'utf8');

/** The one value of a setting of the unit. */
function setting(name: string): string | undefined {
  const values = [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value);
  expect(values.length, name).toBeLessThanOrEqual(1);
  return values[0];
}

describe('meridian.service', () => {
  it.each([
    ['DynamicUser', 'yes'],
    ['StateDirectory', 'meridian'],
    ['LogsDirectory', 'meridian'],
    ['AmbientCapabilities', 'CAP_NET_BIND_SERVICE'],
    ['CapabilityBoundingSet', 'CAP_NET_BIND_SERVICE'],
    ['NoNewPrivileges', 'yes'],
    ['ProtectSystem', 'strict'],
    ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX AF_NETLINK'],
    ['ExecReload', '/bin/kill -HUP $MAINPID'],
    ['Restart', 'on-failure'],
    ['TimeoutStopSec', '5'],
    // With it on, V8 cannot compile and the process ends at its start.
    ['MemoryDenyWriteExecute', 'no'],
  ])('sets %s to %s', (name, value) => {
    expect(setting(name)).toBe(value);
  });

  it('starts the same program and config as the container', () => {
    expect(setting('ExecStart')).toBe(
      '/usr/bin/node /opt/meridian/dist/main.js serve -c /etc/meridian/meridian.yaml',
    );
  });

  const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.runIf(hasAnalyze)('is understood by systemd to the last line', () => {
    const directory = mkdtempSync(join(tmpdir(), 'meridian-unit-'));
    try {
      const unit = join(directory, 'meridian.service');
      // The program need not be installed where the test runs; systemd would complain of that alone.
      writeFileSync(
        unit,
        text.replace('/usr/bin/node', process.execPath).replace(/^Documentation=.*\n/m, ''),
      );
      const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
      expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('meridian'))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
