import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const folders = ['docs', 'bench', 'geodb', 'deploy', 'config'];
const pages = [
  ...readdirSync(root),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  ),
].filter((file) => file.endsWith('.md'));

describe('pages', () => {
  it.each(pages)('%s has links that lead somewhere in the project', (page) => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([]);
  });

  it('of operators are all linked from the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const operators = pages.filter((page) => page.startsWith('docs/operators/'));
    expect(operators.filter((page) => !readme.includes(`(${page})`))).toEqual([]);
  });
});

describe('decisions', () => {
  const files = readdirSync(join(root, 'docs/decisions')).sort();

  it('have a number of their own', () => {
    expect(files.filter((file) => !/^\d{4}-[a-z0-9-]+\.md$/.test(file))).toEqual([]);
    const numbers = files.map((file) => file.slice(0, 4));
    expect(numbers).toEqual([...new Set(numbers)]);
  });

  it.each(files)('%s says in its title what was decided', (file) => {
    const text = readFileSync(join(root, 'docs/decisions', file), 'utf8');
    expect(text).toMatch(/^# .{10,}\n\n\S/);
  });
});
