import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { limits } from '../runtime/limits.ts';
import { pingRefusal } from '../runtime/ping-socket.ts';
import type { LoadEnvironment, PathLook } from './environment.ts';

/** The machine that the process runs on. */
export function systemEnvironment(stateDirectory: string): LoadEnvironment {
  return {
    hostname: hostname(),
    cores: availableParallelism(),
    stateDirectory,
    read: readBounded,
    modeOf,
    pingRefusal,
    lookAt,
    nowMs: Date.now(),
  };
}

/** Elsewhere than on POSIX systems the bits say nothing about who may read. */
function modeOf(path: string): number {
  if (process.platform === 'win32') return 0;
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
}

function lookAt(path: string): PathLook | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat && { kind: kindOf(stat), file: stat.isSymbolicLink() ? linkedFile(path) : undefined };
  } catch {
    return undefined;
  }
}

function kindOf(stat: Stats): PathLook['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isSocket() ? 'socket' : 'other';
}

function linkedFile(link: string): string | undefined {
  if (!statSync(link, { throwIfNoEntry: false })?.isFile()) return undefined;
  return realpathSync(link);
}

/**
 * Pipes and devices have no size to ask for, so the bound is held while reading. A pipe is given some time to be
 * written to; waiting in the kernel for a writer that never comes would hold this thread, and so the process, for good.
 */
function readBounded(path: string, maxBytes: number): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Uint8Array[] = [];
    const giveUpAt = performance.now() + limits.pipePatienceMs;
    for (let total = 0; ; ) {
      const chunk = new Uint8Array(65_536);
      const length = readPatiently(file, chunk, giveUpAt);
      if (length === 0) return Buffer.concat(chunks);
      total += length;
      if (total > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

function readPatiently(file: number, chunk: Uint8Array, giveUpAt: number): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      if (performance.now() > giveUpAt) throw new Error('nothing was written to the pipe in time');
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 10;
