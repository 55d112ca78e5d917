import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSink, type FileSinkOptions } from '../../src/query-log/file-sink.ts';
import type { FileSystem } from '../../src/query-log/log-files.ts';
import { limits } from '../../src/runtime/limits.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), 'latin1');
const block = (text: string) => Buffer.from(text, 'latin1');

function sinkOf(options: Partial<FileSinkOptions> = {}, files: FileSystem = fs) {
  const told: string[] = [];
  const clock = { ms: 0 };
  const sink = new FileSink(
    { path: at('log'), maxBytes: undefined, keep: 3, contentType: undefined, ...options },
    {
      written: (records) => told.push(`written ${records}`),
      lost: (records) => told.push(`lost ${records}`),
      trouble: (reason) => told.push(`trouble ${reason}`),
      well: () => {},
    },
    files,
    () => clock.ms,
  );
  sink.tend();
  return { sink, told, clock };
}

const START = '\0\0\0\0\0\0\0\x22\0\0\0\x02\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap';
const STOP = '\0\0\0\0\0\0\0\x04\0\0\0\x03';
const frames = { contentType: 'protobuf:dnstap.Dnstap' };

describe('FileSink', () => {
  it('appends to a file that it makes for owner and group alone', () => {
    const mask = process.umask(0o022);
    sinkOf().sink.write(block('a\n'), 1);
    process.umask(mask);
    const { sink, told } = sinkOf();
    sink.write(block('b\nc\n'), 2);
    expect(read('log')).toBe('a\nb\nc\n');
    expect(statSync(at('log')).mode & 0o777).toBe(0o640);
    expect(told).toEqual(['written 2']);
  });

  it.each([
    { what: 'a symbolic link', make: () => symlinkSync(at('victim'), at('log')), reason: 'ELOOP' },
    { what: 'a link to nowhere', make: () => symlinkSync(at('nowhere'), at('log')), reason: 'ELOOP' },
    { what: 'a directory', make: () => fs.mkdirSync(at('log')), reason: 'EISDIR' },
    { what: 'a pipe that nobody reads', make: () => execFileSync('mkfifo', [at('log')]), reason: 'ENXIO' },
    { what: 'in no folder', make: () => {}, reason: 'ENOENT', path: 'none/log' },
  ])('writes nothing when the path is $what', ({ make, reason, path = 'log' }) => {
    writeFileSync(at('victim'), 'safe');
    make();
    const { sink, told } = sinkOf({ path: at(path) });
    expect(sink.ready).toBe(false);
    expect(told).toEqual([expect.stringContaining(`trouble ${reason}`)]);
    expect(read('victim')).toBe('safe');
    expect(fs.existsSync(at('nowhere'))).toBe(false);
  });

  it('refuses a device', () => {
    const { told } = sinkOf({ path: '/dev/null' });
    expect(told).toEqual(['trouble not a regular file']);
  });

  it('tries again, ever later, and writes what it held', () => {
    const { sink, told, clock } = sinkOf({ path: at('later/log') });
    let tries = 0;
    for (; clock.ms < 60_000; clock.ms += 20) {
      const before = told.length;
      sink.tend();
      if (told.length > before) tries++;
    }
    expect(tries).toBeLessThan(15);
    fs.mkdirSync(at('later'));
    clock.ms += limits.queryLogRetryMaxMs;
    sink.tend();
    expect(sink.ready).toBe(true);
  });

  it('takes back half a block that the disk had no room for, and writes it whole later', () => {
    let room = 6;
    const files: FileSystem = {
      ...fs,
      writeSync: ((fd: number, bytes: Uint8Array, offset: number, length: number) => {
        if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        const some = Math.min(room, length, 4);
        room -= some;
        return fs.writeSync(fd, bytes, offset, some);
      }) as FileSystem['writeSync'],
    };
    const { sink, told, clock } = sinkOf({}, files);
    sink.write(block('abc\n'), 1);
    sink.write(block('defghi\n'), 1);
    expect(read('log')).toBe('abc\n');
    expect(sink.ready).toBe(false);
    room = 100;
    sink.tend();
    expect(read('log')).toBe('abc\n');
    clock.ms += limits.queryLogRetryMs;
    sink.tend();
    expect(read('log')).toBe('abc\ndefghi\n');
    expect(told).toEqual(['written 1', 'trouble ENOSPC: no space left on device', 'written 1']);
  });

  it('rotates before a file grows too large, and keeps as many as told', () => {
    const { sink } = sinkOf({ maxBytes: 10 });
    for (let i = 0; i < 9; i++) sink.write(block(`line${i}\n`), 1);
    expect(readdirSync(directory).sort()).toEqual(['log', 'log.1', 'log.2', 'log.3']);
    expect(['log', 'log.1', 'log.2', 'log.3'].map(read)).toEqual([
      'line8\n',
      'line7\n',
      'line6\n',
      'line5\n',
    ]);
  });

  it('counts what a file held before it was opened', () => {
    writeFileSync(at('log'), '12345678\n');
    sinkOf({ maxBytes: 10 }).sink.write(block('ab\n'), 1);
    expect(read('log.1')).toBe('12345678\n');
  });

  it('opens the path anew when the file was moved away, and only then', () => {
    const { sink } = sinkOf();
    sink.write(block('a\n'), 1);
    sink.reopen();
    sink.write(block('b\n'), 1);
    renameSync(at('log'), at('log.old'));
    sink.write(block('c\n'), 1);
    sink.reopen();
    sink.write(block('d\n'), 1);
    expect([read('log.old'), read('log')]).toEqual(['a\nb\nc\n', 'd\n']);
  });

  it('begins and ends each file of frames', async () => {
    const { sink } = sinkOf({ ...frames, maxBytes: 60 });
    sink.write(block('1234'), 1);
    sink.write(block('5678'), 1);
    await sink.close();
    expect([read('log.1'), read('log')]).toEqual([`${START}1234${STOP}`, `${START}5678${STOP}`]);
  });

  it('moves a file of frames away that is there already: nothing can follow its end', async () => {
    await sinkOf(frames).sink.close();
    sinkOf(frames).sink.reopen();
    expect([read('log.1'), read('log')]).toEqual([`${START}${STOP}`, START]);
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it('counts as lost what it still holds when it is closed', async () => {
    const files = { ...fs, writeSync: (() => 0) as FileSystem['writeSync'] };
    const { sink, told } = sinkOf({}, files);
    sink.write(block('a\n'), 4);
    await sink.close();
    expect(told).toEqual(['trouble nothing was written', 'lost 4']);
  });
});
