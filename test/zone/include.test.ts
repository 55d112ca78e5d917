import * as fs from 'node:fs';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { type Included, includeReader } from '../../src/zone/include.ts';
import { header, loadText, problemsOf, recordsOf } from './load.ts';

describe('$INCLUDE', () => {
  /** A file system of texts. */
  const from = (texts: Record<string, string>) => ({
    readInclude: (path: string): Included => {
      const text = texts[path];
      return text === undefined ? { reason: 'no such file' } : { file: path, bytes: Buffer.from(text) };
    },
  });

  it('reads a file with the origin and TTL of the line, and takes nothing back (RFC 1035 §5.1)', () => {
    const inner = 'x A 192.0.2.1\n$ORIGIN deep\n$TTL 7\ny A 192.0.2.2\n';
    const text = `${header}a A 192.0.2.3\n$INCLUDE inner\n   TXT a\n$INCLUDE inner sub ; again\nb A 192.0.2.4\n`;
    expect(recordsOf(text, from({ inner })).slice(2)).toEqual([
      'a.example.com. 300 IN A 192.0.2.3',
      'a.example.com. 300 IN TXT "a"',
      'x.example.com. 300 IN A 192.0.2.1',
      'y.deep.example.com. 7 IN A 192.0.2.2',
      'x.sub.example.com. 300 IN A 192.0.2.1',
      'y.deep.sub.example.com. 7 IN A 192.0.2.2',
      'b.example.com. 300 IN A 192.0.2.4',
    ]);
  });

  it('tells faults at their place in the included file', () => {
    const inner = '\nx A y\n  A 192.0.2.1\nx 1 A 192.0.2.2\n';
    expect(
      problemsOf(`${header}$INCLUDE "in ner"\nx 2 A 192.0.2.3\n$INCLUDE none`, from({ 'in ner': inner })),
    ).toEqual([
      'in ner:2:5: "y" is not an IPv4 address such as 192.0.2.1 [ZONE_SYNTAX]',
      'in ner:4:0: warning: x.example.com. A has TTL 1, but 300 on line 3; 1 is used for both [ZONE_RECORD]',
      'z:5:0: warning: x.example.com. A has TTL 2, but 300 in in ner:3; 1 is used for both [ZONE_RECORD]',
      'z:6:10: cannot include "none": no such file [ZONE_READ]',
    ]);
  });

  it('does not take the owner name of the line before into the file', () => {
    expect(problemsOf(`${header}$INCLUDE inner`, from({ inner: ' A 192.0.2.1\n' }))).toEqual([
      'inner:1:2: a record without an owner name, and none before it to take it from [ZONE_SYNTAX]',
    ]);
  });

  it('is refused in a circle', () => {
    const texts = { one: '$INCLUDE two\n', two: '$INCLUDE one\n' };
    expect(problemsOf(`${header}$INCLUDE one`, from(texts))).toEqual([
      'two:1:10: "one" includes itself [ZONE_SYNTAX]',
    ]);
  });

  it('has a bound on depth, and on files however they multiply', () => {
    let made = 0;
    const readInclude = (): Included => ({
      file: `f${made++}`,
      bytes: Buffer.from('$INCLUDE x\n$INCLUDE x\n'),
    });
    const { problems } = loadText(`${header}$INCLUDE x\n`.repeat(50), { readInclude });
    expect(made).toBe(limits.zoneIncludes);
    expect(problems.map((problem) => problem.message)).toContain('files include each other more than 8 deep');
  });

  it('has a bound on files that is told once', () => {
    const text = header + '$INCLUDE x\n'.repeat(limits.zoneIncludes + 5);
    expect(problemsOf(text, from({ x: '' }))).toEqual([
      'z:1004:1: the zone includes more than 1000 files; the rest is not read [ZONE_SYNTAX]',
    ]);
  });

  it('has a bound on bytes in all', () => {
    const bytes = new Uint8Array(limits.zoneFileBytes / 8).fill(0x3b);
    let made = 0;
    const readInclude = (): Included => ({ file: `f${made++}`, bytes });
    expect(problemsOf(header + '$INCLUDE x\n'.repeat(8), { readInclude })).toEqual([
      `f7: the zone is larger than ${limits.zoneFileBytes} bytes [ZONE_READ]`,
    ]);
  });

  it('does not work in the config file', () => {
    const source = { lines: [{ text: '$INCLUDE x', line: 7 }] };
    expect(problemsOf('', { file: 'c.yaml', source })).toContain(
      'c.yaml:7:0: $INCLUDE works in zone files only [ZONE_SYNTAX]',
    );
  });
});

describe('the reader of included files', () => {
  let root = '';
  let read: (path: string) => Included;

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'meridian-zones-')));
    mkdirSync(join(root, 'zones/sub'), { recursive: true });
    writeFileSync(join(root, 'secret'), 'secret');
    writeFileSync(join(root, 'zones/a.zone'), 'a');
    writeFileSync(join(root, 'zones/sub/b.zone'), 'b');
    writeFileSync(join(root, 'zones/..c.zone'), 'c');
    symlinkSync(join(root, 'zones/a.zone'), join(root, 'zones/inside'));
    symlinkSync(join(root, 'secret'), join(root, 'zones/outside'));
    symlinkSync('loop', join(root, 'zones/loop'));
    symlinkSync(join(root, 'zones'), join(root, 'linked'));
    read = includeReader(join(root, 'linked/main.zone'), fs);
  });

  afterAll(() => rmSync(root, { recursive: true }));

  it.each([
    ['a.zone', 'a.zone'],
    ['./sub/../a.zone', 'a.zone'],
    ['sub/b.zone', 'sub/b.zone'],
    ['inside', 'a.zone'],
    ['..c.zone', '..c.zone'],
  ])('reads %s', (path, file) => {
    const found = read(path);
    expect(found).toMatchObject({ file: join(root, 'zones', file) });
    expect('bytes' in found && found.bytes.length).toBe(1);
  });

  it.each([
    ['../secret', /outside the folder/],
    ['/etc/passwd', /outside the folder/],
    ['outside', /outside the folder/],
    ['.', /outside the folder/],
    ['sub', /not a regular file/],
    ['none', /ENOENT/],
    ['loop', /ELOOP/],
    ['a\0b', /null byte/],
  ])('refuses %j', (path, reason) => {
    expect(read(path)).toEqual({ reason: expect.stringMatching(reason) });
  });

  it('refuses a file that is too large before it reads it', () => {
    const files = { ...fs, statSync: () => ({ isFile: () => true, size: limits.zoneFileBytes + 1 }) };
    expect(includeReader(join(root, 'zones/main.zone'), files)('a.zone')).toEqual({
      reason: expect.stringMatching(/larger/),
    });
  });
});
