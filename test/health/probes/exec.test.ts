import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probeExec } from '../../../src/health/probes/exec.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { Slots } from '../../../src/health/probes/slots.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const target = {
  address: '192.0.2.1',
  port: 5432,
  host: 'x',
  subject: { pool: 'db', endpoint: 'a', region: 'eu' },
};
let places = 0;

/** A command that writes its process id first, so that the test sees whether it is gone. */
async function commandPlace(script: string, slots?: Slots): Promise<Place> {
  const pids = join(folder, `pids-${places++}`);
  const command = ['/bin/sh', '-c', `echo $$ >> ${pids}\n${script}`];
  return {
    probe: (signal) => probeExec(slots)(target, { type: 'exec', port: 0, command }, signal),
    open: () =>
      existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').filter(isRunning).length : 0,
    close: async () => {},
  };
}

/** Running, and not only waiting for somebody to read how it ended. */
function isRunning(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function run(command: readonly string[], deadlineMs = patientMs): Promise<ProbeResult> {
  return probeExec()(target, { type: 'exec', port: 0, command }, AbortSignal.timeout(deadlineMs));
}

describeProbe('exec', {
  well: () => commandPlace('echo fine'),
  refusing: () => commandPlace('echo lag is 30 s; exit 2'),
  silent: () => commandPlace('exec sleep 60'),
  babbling: () => commandPlace('yes "$(printf "\\033[31mred")"'),
});

describe('exec', () => {
  it.each([
    ['echo "lag is 30 s"; echo more; exit 2', 'lag is 30 s (exit status 2)'],
    ['exit 3', 'the command says nothing, exit status 3'],
    ['echo ill >&2; exit 1', 'ill (exit status 1)'],
    ['kill -9 $$', 'the command says nothing, was ended by SIGKILL'],
    ['printf "\\n\\n  late\\r\\nx"; exit 1', 'late (exit status 1)'],
    ['yes', `the command prints more than ${limits.commandOutputBytes} bytes`],
  ])('%s', async (script, reason) => {
    expect(await visit(await commandPlace(script), patientMs)).toMatchObject({ code: 'status', reason });
  });

  it('tells the command whom it is about, and nothing of our own environment', async () => {
    process.env['MERIDIAN_SECRET'] = 'hunter2';
    const file = join(folder, 'environment');
    await run(['/bin/sh', '-c', `/usr/bin/env > ${file}; pwd >> ${file}`]);
    delete process.env['MERIDIAN_SECRET'];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const shells = /^(?:_|SHLVL|PWD|OLDPWD)=/;
    expect(lines.filter((line) => !shells.test(line)).sort()).toEqual([
      '/',
      'MERIDIAN_ADDRESS=192.0.2.1',
      'MERIDIAN_ENDPOINT=a',
      'MERIDIAN_POOL=db',
      'MERIDIAN_PORT=5432',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
  });

  it('no shell looks at the words', async () => {
    const file = join(folder, 'made-by-a-shell');
    expect((await run(['/bin/echo', `$(touch ${file})`, ';', 'touch', file])).ok).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it('kills all that the command started, at the deadline', async () => {
    const place = await commandPlace('sleep 60 & echo $! >> "$0"; sleep 60 | sleep 60');
    const result = await visit(place, shortMs);
    expect(result).toMatchObject({ code: 'timeout', reason: expect.stringContaining('running the command') });
  });

  it('kills what a command leaves behind, and does not wait for it', async () => {
    const file = join(folder, 'left');
    const result = await run(['/bin/sh', '-c', `sleep 60 & echo $! > ${file}`]);
    expect(result.ok).toBe(true);
    await expect.poll(() => isRunning(readFileSync(file, 'utf8').trim()), { interval: 2 }).toBe(false);
  });

  it.each([
    ['/nowhere/check', 'no such file'],
    ['/etc/passwd', 'not executable'],
    ['/tmp', 'not executable'],
    ['/etc/passwd/x', 'a part of the path is no directory'],
  ])('%s cannot be run: a fault of this machine', async (program, reason) => {
    expect(await run([program])).toMatchObject({
      code: 'error',
      ownFault: true,
      reason: expect.stringMatching(new RegExp(`^no probe was possible: ${program}: .*${reason}`)),
    });
  });

  it('runs as many as there are slots; the others wait, or say that they had no turn', async () => {
    const slots = new Slots(1);
    const first = (await commandPlace('sleep 60', slots)).probe(AbortSignal.timeout(shortMs));
    const place = await commandPlace('echo fine', slots);
    const late = await place.probe(AbortSignal.timeout(shortMs / 4));
    expect(late).toMatchObject({
      code: 'error',
      ownFault: true,
      reason: expect.stringContaining('run already'),
    });
    const patient = place.probe(AbortSignal.timeout(patientMs));
    expect((await first).code).toBe('timeout');
    expect((await patient).ok).toBe(true);
    expect((await place.probe(AbortSignal.timeout(patientMs))).ok).toBe(true);
  });
});
