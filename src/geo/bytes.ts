import { OperatorError } from '../runtime/errors.ts';

/** Random access to a file, in memory or by positioned reads (`file-bytes.ts`). */
export interface Bytes {
  readonly length: number;
  /** Throws `Malformed` outside 0 … length−1. */
  at(offset: number): number;
}

/** What is wrong inside an MMDB file; `namingFile` adds which one. */
export class Malformed extends Error {}

export class MemoryBytes implements Bytes {
  readonly length: number;
  private readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
    this.length = data.length;
  }

  at(offset: number): number {
    const byte = this.data[offset];
    if (byte === undefined) throw new Malformed(`data ends before byte ${offset}`);
    return byte;
  }
}

/**
 * Runs `read`; a file that is damaged (`Malformed`, or a RangeError that its numbers lead to) or unreadable (an
 * error of node:fs) ends in an `OperatorError` that names it. Errors of our own making pass.
 */
export function namingFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const systemCode = 'code' in cause && 'syscall' in cause ? cause.code : undefined;
    if (systemCode === undefined && !(cause instanceof Malformed || cause instanceof RangeError)) throw cause;
    const code = systemCode === 'ENOENT' ? 'GEO_MISSING' : 'GEO_INVALID';
    throw new OperatorError(code, `${path}: ${cause.message}`, { cause });
  }
}
