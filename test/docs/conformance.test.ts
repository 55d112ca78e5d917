import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const docs = resolve(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'conformance.md'), 'utf8');
/** Columns of the tables: section, rule, test, choice. */
const rows = page
  .split('\n')
  .filter((line) => /^\| (?!-|Section)/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.trim()));
const links = rows.flatMap((cells) =>
  [...(cells[2] ?? '').matchAll(/\[((?:[^[\]]|\[[^\]]*\])+)\]\((\.\.\/test\/[^)]+)\)/g)].map((match) => ({
    name: match[1]!,
    file: match[2]!,
  })),
);

describe('docs/conformance.md', () => {
  it('has a test in each row', () => {
    expect(rows.length).toBeGreaterThan(80);
    expect(links.length).toBeGreaterThan(rows.length);
    expect(rows.filter((cells) => !/\]\(\.\.\/test\//.test(cells[2] ?? ''))).toEqual([]);
  });

  it('names tests that are there', () => {
    expect(links.filter(({ name, file }) => !isThere(name, file))).toEqual([]);
  });

  it('has each test of test/conformance', () => {
    const folder = resolve(docs, '../test/conformance');
    const linked = new Set(links.map(({ name }) => name));
    const tests = readdirSync(folder).flatMap((file) =>
      titles(readFileSync(join(folder, file), 'utf8')).filter((title) => title.startsWith('§')),
    );
    expect(tests.length).toBeGreaterThan(15);
    expect(tests.filter((title) => !linked.has(title))).toEqual([]);
  });

  it.each([
    ...[1034, 1035, 2181, 2308, 3597, 4035, 4343, 4592, 4892, 5001, 5155, 6604, 6672, 6891, 7766, 7828, 7830],
    ...[7858, 7871, 7873, 8020, 8467, 8482, 8914, 9018, 9460, 9471, 9619, 9715],
  ])('has rules of RFC %i', (rfc) => {
    expect(page.split('\n').some((line) => line.startsWith('## ') && line.includes(String(rfc)))).toBe(true);
  });
});

/** Whether the file has a test, a case, a step or a line of this name; a zone that is a fixture is its own name. */
function isThere(name: string, file: string): boolean {
  const path = resolve(docs, file);
  if (!existsSync(path)) return false;
  if (file.endsWith('.zone')) return file.endsWith(`/${name}`);
  const text = readFileSync(path, 'utf8');
  if (file.endsWith('.scenario'))
    return text.split('\n').some((line) => line === name || `${line} `.startsWith(`> ${name} `));
  return titles(text).includes(name);
}

/** All strings of a test file. */
function titles(text: string): string[] {
  return [...text.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map((match) => match[1]!);
}
