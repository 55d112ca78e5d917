import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseFile, type DatabaseInfo } from '../../src/geo/database.ts';

export function fixture(name: string): string {
  return resolve(import.meta.dirname, '../fixtures/geo', name);
}

/** Runs `use` with a directory that is removed afterwards. */
export function withDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'meridian-geo-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a file with these bytes says about itself. */
export function databaseInfo(bytes: Uint8Array): DatabaseInfo {
  return withDirectory((directory) => {
    const path = join(directory, 'test.mmdb');
    writeFileSync(path, bytes);
    const file = new DatabaseFile(path);
    file.close();
    return file.info;
  });
}
