import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

const fileName = 'cookie.secret';
const secretBytes = 16;

/** A secret, and why it will not survive a restart when that is so. */
export interface OwnSecret {
  readonly secret: Uint8Array;
  readonly problem: string | undefined;
}

/**
 * This node's own secret for cookies (RFC 9018 §4): `cookie.secret` in the state directory, 32 hexadecimal digits that
 * nobody but its user may read; made at the first call. Never throws.
 */
export function ownCookieSecret(directory: string): OwnSecret {
  const path = join(directory, fileName);
  const known = readSecret(path);
  if (known !== undefined) return { secret: known, problem: undefined };
  const secret = Uint8Array.from(randomBytes(secretBytes));
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeSecret(path, secret);
    // Another process may have been as quick: what the file holds is what counts.
    return { secret: readSecret(path) ?? secret, problem: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { secret, problem: `${path} cannot be written, cookies will not survive a restart: ${reason}` };
  }
}

/** Undefined when the file is missing or holds anything else. */
function readSecret(path: string): Uint8Array | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    const block = Buffer.alloc(2 * secretBytes + 2);
    const length = fs.readSync(descriptor, block, 0, block.length, 0);
    const match = /^([0-9a-f]{32})\n$/.exec(block.toString('latin1', 0, length));
    return match === null ? undefined : Uint8Array.from(Buffer.from(match[1]!, 'hex'));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Whole or not at all, also for a process that reads meanwhile. */
function writeSecret(path: string, secret: Uint8Array): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    fs.writeFileSync(temporary, `${Buffer.from(secret).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
