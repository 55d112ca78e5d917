import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HealthMemory } from '../../src/health/memory.ts';
import type { RememberedHealth } from '../../src/health/remembered.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

let directory: string;
let clock: FakeClock;
let warnings: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-health-'));
  clock = new FakeClock();
  warnings = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const memory = (at = directory): HealthMemory =>
  new HealthMemory({ directory: at, clock, warn: (message) => warnings.push(message) });
const file = (): string => join(directory, 'health.json');
const entry = (fields: Partial<RememberedHealth> = {}): RememberedHealth => ({
  pool: 'app',
  endpoint: 'e0',
  identity: 'x',
  state: 'down',
  sinceMs: 1,
  atMs: clock.now(),
  ...fields,
});
const inode = (): number => statSync(file()).ino;

describe('HealthMemory', () => {
  it('gives back after a restart what it kept', async () => {
    const kept = memory();
    const entries = [entry(), entry({ endpoint: 'e1', state: 'up' })];
    kept.keep(() => entries);
    await kept.stop();
    expect(await memory().load()).toEqual(entries);
    expect(warnings).toEqual([]);
  });

  it('is a file for this user alone, without a rest beside it', async () => {
    const kept = memory();
    kept.keep(() => [entry()]);
    await kept.stop();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['health.json']);
  });

  it('makes the directory', async () => {
    const kept = memory(join(directory, 'a/b'));
    kept.keep(() => [entry()]);
    await kept.stop();
    expect(readdirSync(join(directory, 'a/b'))).toEqual(['health.json']);
  });

  it('writes once for many changes, a second later, and every minute without any', async () => {
    const kept = memory();
    let asked = 0;
    kept.keep(() => {
      asked++;
      return [entry()];
    });
    kept.changed();
    await clock.advance(500);
    kept.changed();
    await clock.advance(499);
    expect(asked).toBe(0);
    await clock.advance(1);
    expect(asked).toBe(1);
    await clock.advance(59_999);
    expect(asked).toBe(1);
    await clock.advance(1);
    await expect.poll(() => asked, { interval: 2 }).toBe(2);
    await kept.stop();
    expect(asked).toBe(3);
    await clock.advance(120_000);
    expect(asked).toBe(3);
  });

  it('replaces the file, it does not write into it', async () => {
    const kept = memory();
    kept.keep(() => [entry()]);
    await kept.stop();
    const before = inode();
    const again = memory();
    again.keep(() => [entry()]);
    await again.stop();
    expect(inode()).not.toBe(before);
  });

  it('forgets what is older than ten minutes, or from the future', async () => {
    const kept = memory();
    const young = entry({ endpoint: 'young', atMs: clock.now() - 599_000 });
    const old = entry({ endpoint: 'old', atMs: clock.now() - 601_000 });
    const future = entry({ endpoint: 'future', atMs: clock.now() + 60_000 });
    kept.keep(() => [young, old, future]);
    await kept.stop();
    expect(await memory().load()).toEqual([young]);
  });

  it('knows nothing without a file, and says nothing about it', async () => {
    expect(await memory().load()).toEqual([]);
    expect(await memory(join(directory, 'none')).load()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['cut short', '{"version":1,"entries":[{"pool":"a'],
    ['of another version', '{"version":2,"entries":[]}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['without a list', '{"version":1,"entries":{}}'],
    ['binary', '\x00\xff\x00'],
    ['deeply nested', '['.repeat(200_000)],
  ])('ignores a file that is %s, with a warning', async (_, text) => {
    writeFileSync(file(), text);
    expect(await memory().load()).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/health\.json is ignored: /);
  });

  it('does not wait for a pipe in place of the file', async () => {
    execFileSync('mkfifo', [file()]);
    expect(await memory().load()).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('health.json is ignored: it is not a regular file')]);
  });

  it('leaves out entries that make no sense', async () => {
    const good = entry();
    const bad = [
      null,
      1,
      [],
      {},
      { ...good, state: 'unknown' },
      { ...good, atMs: null },
      { ...good, pool: 1 },
      { ...good, sinceMs: 9e15 },
      { ...good, sinceMs: '1' },
    ];
    writeFileSync(file(), JSON.stringify({ version: 1, entries: [...bad, good] }));
    expect(await memory().load()).toEqual([good]);
  });

  it('warns once when it cannot write, and goes on', async () => {
    mkdirSync(file());
    const kept = memory();
    kept.keep(() => [entry()]);
    for (let i = 0; i < 3; i++) {
      kept.changed();
      await clock.advance(1_000);
    }
    await kept.stop();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('cannot be written');
    rmSync(file(), { recursive: true });
    const again = memory();
    again.keep(() => [entry()]);
    await again.stop();
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ version: 1, entries: [entry()] });
  });
});
