import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { systemEnvironment } from '../../src/config/system-environment.ts';
import { formatProblem } from '../../src/runtime/problem.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'meridian-log-path-')));
const at = (name: string) => join(folder, name);
const server: Server = createServer();

beforeAll(async () => {
  writeFileSync(at('file'), '');
  mkdirSync(at('folder'));
  symlinkSync('file', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('folder', at('folder-link'));
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
  symlinkSync('socket', at('socket-link'));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function problems(to: string): string[] {
  const file = at('c.yaml');
  writeFileSync(
    file,
    `query-log: { to: ${JSON.stringify(to)} }\nzones: [ { name: example.com, file: z } ]\n`,
  );
  const found = loadConfig(file, systemEnvironment('.state')).problems.map(formatProblem);
  return found.map((line) => line.replace(`${file}:`, '').replaceAll(folder, ''));
}

describe('the file of a query log', () => {
  it.each(['file', 'new', 'folder-link/new'])('may be %s', (to) => {
    expect(problems(to)).toEqual([]);
  });

  it.each([
    ['folder', '`/folder` is a directory; wanted a regular file'],
    ['link', '`/link` is a symbolic link, and the log is not written through one; write `/file`'],
    ['dangling', '`/dangling` is a symbolic link, and to no regular file; wanted the path of a regular file'],
    ['socket', '`/socket` is a socket; wanted a regular file, or `unix:/socket`'],
    ['/dev/null', '`/dev/null` is a device or a pipe; wanted a regular file'],
    ['/dev/stdout', expect.stringMatching(/^`\/dev\/stdout` is a symbolic link, and /)],
  ])('is told of when it is %s', (to, message) => {
    const [problem, ...others] = problems(to);
    expect(others).toEqual([]);
    expect(problem!.slice(0, 6)).toBe('1:18: ');
    expect(problem!.slice(6).replace(' [CONFIG_VALUE]', '')).toEqual(message);
  });

  it('draws a warning while there is no folder for it', () => {
    for (const [to, missing] of [
      ['none/q', '/none'],
      ['file/q', '/file'],
    ]) {
      expect(problems(to!)).toEqual([
        `1:18: warning: there is no folder \`${missing}\`; nothing is logged until there is [CONFIG_VALUE]`,
      ]);
    }
  });
});

describe('the socket of a query log', () => {
  it.each(['socket', 'socket-link', 'none', 'none/none'])('may be %s', (to) => {
    expect(problems(`unix:${to}`)).toEqual([]);
  });

  it.each([
    ['folder', 'directory'],
    ['file', 'regular file'],
  ])('is told of when it is %s', (to, noun) => {
    expect(problems(`unix:${to}`)).toEqual([
      `1:18: \`/${to}\` is a ${noun}; wanted a socket that somebody reads [CONFIG_VALUE]`,
    ]);
  });
});
