import { closeSync, openSync, readSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { LoadEnvironment } from './environment.ts';

/** The machine that the process runs on. */
export function systemEnvironment(stateDirectory: string): LoadEnvironment {
  return { hostname: hostname(), cores: availableParallelism(), stateDirectory, read: readBounded };
}

/** Pipes and devices have no size to ask for, so the bound is held while reading. */
function readBounded(path: string, maxBytes: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const chunks: Uint8Array[] = [];
    for (let total = 0; ; ) {
      const chunk = new Uint8Array(65_536);
      const length = readSync(file, chunk);
      if (length === 0) return Buffer.concat(chunks);
      total += length;
      if (total > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}
