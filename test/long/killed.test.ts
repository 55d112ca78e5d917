import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { RememberedSteering } from '../../src/control/remembered-steering.ts';
import { readSteeringFile } from '../../src/control/steering-file.ts';
import { TimelineFile } from '../../src/control/timeline/timeline-file.ts';
import { readHealthFile } from '../../src/health/health-file.ts';
import { Random } from '../../src/runtime/random.ts';

vi.setConfig({ testTimeout: 180_000 });

const directory = mkdtempSync(join(tmpdir(), 'meridian-killed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const dist = (path: string): string => pathToFileURL(resolve(import.meta.dirname, '../../dist', path)).href;

/**
 * Writes all files of the state directory as fast as it can, from a round on; in round n each holds n things of n, or the
 * number 1 to n. Says the round whose files are all on disk.
 */
const writer = `
import { writeSteeringFile } from '${dist('control/steering-file.js')}';
import { writeHealthFile } from '${dist('health/health-file.js')}';
import { TimelineFile } from '${dist('control/timeline/timeline-file.js')}';
const [directory, first] = process.argv.slice(1);
const timeline = new TimelineFile(directory);
const { events } = await timeline.open();
let id = events.at(-1)?.id ?? 0;
for (let round = Number(first); ; round++) {
  const many = Array.from({ length: 1 + round % 200 }, () => String(round));
  const good = many.map((pool) => ({ pool, kind: '4', endpoints: many.slice(0, 3) }));
  const entries = many.map((pool) => ({ pool, endpoint: 'e', identity: 'i', state: 'up', sinceMs: 1, atMs: 1 }));
  const line = () => JSON.stringify({ id: ++id, at: new Date().toISOString(), kind: 'config', subject: {}, from: 'taken', to: 'taken', cause: 'x'.repeat(round % 900) }) + '\\n';
  const problems = await Promise.all([
    writeSteeringFile(directory, Date.now(), { pools: [], returns: [], verdicts: [], good }),
    writeHealthFile(directory, Date.now(), entries),
    timeline.append([line(), line(), line()]),
  ]);
  if (problems.some((problem) => problem !== undefined)) throw new Error(problems.join());
  process.stdout.write(round + ' ' + id + '\\n');
}
`;

interface Confirmed {
  readonly round: number;
  readonly id: number;
}

/** Lets the writer run until it has said something, and some ms more; what it said last. */
function runAndKill(first: number, moreMs: number): Promise<Confirmed> {
  return new Promise((resolve, reject) => {
    const args = ['--input-type=module', '-e', writer, directory, String(first)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), moreMs);
      said += chunk;
    });
    child.once('close', (_, signal) => {
      const [round, id] = (said.split('\n').at(-2) ?? '').split(' ').map(Number);
      if (signal !== 'SIGKILL' || id === undefined) reject(new Error(`the writer ended by itself: ${said}`));
      else resolve({ round: round!, id });
    });
  });
}

/** The round that wrote it; every part is of that round. */
function roundOf(names: readonly string[]): number {
  const round = Number(names[0]);
  expect(names).toEqual(Array.from({ length: 1 + (round % 200) }, () => String(round)));
  return round;
}

async function steering(): Promise<RememberedSteering> {
  const read = await readSteeringFile(directory, Date.now());
  if ('problem' in read) throw new Error(read.problem);
  return read.remembered;
}

describe('a process that is killed while it writes its state', () => {
  it('leaves a whole state, the last one that was on disk or the next, 60 times', async () => {
    const random = new Random(11);
    let first = 1;
    for (let kill = 0; kill < 60; kill++) {
      const { round, id } = await runAndKill(first, random.below(40));
      const next = [round, round + 1];
      expect(next).toContain(roundOf((await steering()).good.map(({ pool }) => pool)));
      const health = await readHealthFile(directory);
      if ('problem' in health) throw new Error(health.problem);
      expect(next).toContain(roundOf(health.entries.map(({ pool }) => pool)));

      const timeline = new TimelineFile(directory);
      const { events, problems } = await timeline.open();
      await timeline.close();
      const ids = events.map((event) => event.id);
      expect(ids).toEqual(Array.from(ids, (_, i) => ids[0]! + i));
      expect(ids.at(-1)).toBeGreaterThanOrEqual(id);
      expect(ids.at(-1)).toBeLessThanOrEqual(id + 3);
      for (const problem of problems) expect(problem).toMatch(/the last line was torn after \d+ bytes/);
      first = round + 1;
    }
  });
});
