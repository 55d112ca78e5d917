import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configJsonSchema } from '../../src/config/schema.ts';
import { systemEnvironment } from '../../src/config/system-environment.ts';
import { errorTable } from '../../src/runtime/errors.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { keysOf } from './json-schema-keys.ts';
import { loadText, problemsOf } from './load-text.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Cells of the table rows that begin with `code`. */
function rows(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => /^\| `/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/operators/config.md', () => {
  const documented = new Map(
    rows(read('docs/operators/config.md')).map((cells) => [cells[0]!.slice(1, -1), cells]),
  );
  const keys = keysOf(configJsonSchema());

  it('has a row for each key, and no other', () => {
    expect([...documented.keys()].sort()).toEqual([...keys.keys()].sort());
  });

  it('gives the defaults of the schema', () => {
    const defaults = [...keys].flatMap(([key, { default: value }]) => {
      if (value === undefined) return [];
      return [[key, `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``]];
    });
    expect(defaults.length).toBeGreaterThan(10);
    expect(defaults.map(([key]) => [key, documented.get(key!)?.[2]])).toEqual(defaults);
  });
});

describe('docs/operators/errors.md', () => {
  it('has a row for each code, and no other', () => {
    const codes = rows(read('docs/operators/errors.md')).map((cells) => cells[0]!.slice(1, -1));
    expect(codes.sort()).toEqual(Object.keys(errorTable).sort());
  });
});

describe('examples of the config', () => {
  const files = [
    'config/meridian.yaml',
    ...readdirSync(join(root, 'config/examples'))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => `config/examples/${name}`),
  ];

  it.each(files)('%s loads without a warning and names files that are there', (path) => {
    const { config, problems } = loadConfig(join(root, path), systemEnvironment('.state'));
    expect(problems.map(formatProblem)).toEqual([]);
    const zones = config?.zones.flatMap(({ source }) => ('file' in source ? [source.file] : [])) ?? [];
    expect(zones.filter((file) => !existsSync(file))).toEqual([]);
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path))?.[1];
    expect(resolve(root, dirname(path), schema ?? '')).toBe(join(root, 'config/meridian.schema.json'));
  });

  const pages = ['README.md', 'docs/operators/config.md'].filter((page) => existsSync(join(root, page)));
  const blocks = pages.flatMap((page) =>
    [...read(page).matchAll(/^```yaml( fragment)?\n(.*?)^```$/gms)].map((match, i) => ({
      title: `${page}, example ${i + 1}`,
      whole: match[1] === undefined,
      yaml: match[2]!,
    })),
  );

  it.each(blocks.filter(({ whole }) => whole))('$title loads', ({ yaml }) => {
    expect(loadText(yaml).config).toBeDefined();
    expect(problemsOf(yaml)).toEqual([]);
  });

  it.each(blocks.filter(({ whole }) => !whole))(
    '$title has no fault but what the fragment leaves out',
    ({ yaml }) => {
      const left = new Set<string>(['CONFIG_REFERENCE', 'CONFIG_READ']);
      const faults = loadText(yaml).problems.filter(({ code }) => !left.has(code));
      expect(faults.map(({ message }) => message)).toEqual(['`zones` is missing; wanted a list of zones']);
    },
  );
});
