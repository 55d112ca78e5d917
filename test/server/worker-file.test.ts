import { describe, expect, it } from 'vitest';
import { workerFile } from '../../src/server/worker-file.ts';

describe('workerFile', () => {
  it.each([
    ['file:///opt/meridian/dist/server/worker-set.js', 'file:///opt/meridian/dist/server/udp-worker.js'],
    ['file:///opt/meridian/src/server/worker-set.ts', 'file:///opt/meridian/dist/server/udp-worker.js'],
    [
      'file:///usr/src/meridian/src/server/worker-set.ts',
      'file:///usr/src/meridian/dist/server/udp-worker.js',
    ],
    [
      'file:///usr/src/meridian/dist/server/worker-set.js',
      'file:///usr/src/meridian/dist/server/udp-worker.js',
    ],
  ])('finds the compiled worker beside %s', (from, to) => {
    expect(workerFile('udp-worker', from).href).toBe(to);
  });
});
