import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCookieSecret } from '../../src/control/cookie-secret.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-cookie-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const file = () => join(directory, 'cookie.secret');

describe('ownCookieSecret', () => {
  it('is made once, for nobody else to read, and kept', () => {
    const first = ownCookieSecret(directory);
    expect(first.secret).toHaveLength(16);
    expect(first.problem).toBeUndefined();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'latin1')).toBe(`${Buffer.from(first.secret).toString('hex')}\n`);
    expect(ownCookieSecret(directory)).toEqual(first);
    expect(readdirSync(directory)).toEqual(['cookie.secret']);
  });

  it('makes the directory when there is none', () => {
    expect(ownCookieSecret(join(directory, 'a/b')).problem).toBeUndefined();
  });

  it('is another one in another place', () => {
    const other = ownCookieSecret(join(directory, 'a'));
    expect(other.secret).not.toEqual(ownCookieSecret(directory).secret);
  });

  it.each(['', 'short\n', `${'0'.repeat(64)}\n`, `${'z'.repeat(32)}\n`])(
    'replaces a file with %j',
    (text) => {
      writeFileSync(file(), text);
      const made = ownCookieSecret(directory);
      expect(made.problem).toBeUndefined();
      expect(ownCookieSecret(directory)).toEqual(made);
    },
  );

  it('works without the file, and says so, where none can be written', () => {
    const blocked = join(directory, 'file');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o600);
    const { secret, problem } = ownCookieSecret(blocked);
    expect(secret).toHaveLength(16);
    expect(problem).toContain('cookies will not survive a restart');
  });
});
