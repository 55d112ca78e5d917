import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usage } from '../../src/cli/usage.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The options that the source of a command reads, with `-c` for `--config` as people write it. */
function optionsOf(command: string): string[] {
  const source = read(`src/cli/${command}.ts`);
  const block = /options: \{(.*?)\},?\n\s*\}\)|options: \{(.*?)\} \}/s.exec(source);
  const text = block?.[1] ?? block?.[2] ?? '';
  const names = [...text.matchAll(/(?:'([\w-]+)'|(\w+)): \{ type:/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  );
  return names.map((name) => (name === 'config' ? '-c' : `--${name}`)).sort();
}

/** The options that a text shows for `meridian COMMAND …`, up to the end of the line and lines that go on with it. */
function shownFor(command: string, text: string): string[] {
  const lines = [...text.matchAll(new RegExp(`meridian ${command}\\b[^\\n]*(?:\\n {12,}[^\\n]*)*`, 'g'))];
  const options = lines.flatMap(([line]) =>
    [...line.matchAll(/(?<=[\s[|])(--[a-z-]+|-c)\b/g)].map(([option]) => option),
  );
  return [...new Set(options)].sort();
}

const entry = read('src/main.ts');
const commands = [...entry.matchAll(/^ {2}(\w+): async/gm)].map(([, name]) => name!);
const pages = [
  'README.md',
  'CHANGELOG.md',
  'config/meridian.yaml',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((page) => page.endsWith('.md'))
    .map((page) => `docs/${page}`),
];

describe('the usage', () => {
  it('has a line for each command, and no other', () => {
    expect(commands.length).toBeGreaterThan(3);
    const told = [...usage.matchAll(/^ {2}meridian (\w+)/gm)].map(([, name]) => name!);
    expect(told).toEqual(commands);
  });

  it.each(commands)('shows the options that %s has', (command) => {
    expect(shownFor(command, usage)).toEqual(optionsOf(command));
  });

  it('fits a terminal', () => {
    expect(usage.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

describe('README and manual', () => {
  it('show every command', () => {
    const text = pages.map(read).join('\n');
    const missing = commands.filter(
      (command) => !new RegExp(`(meridian|main\\.js) ${command}\\b`).test(text),
    );
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s shows only commands and options that there are', (page) => {
    const text = read(page);
    const named = [...text.matchAll(/(?:npx |^|[`$] )meridian (\w+)(?= )|dist\/main\.js (\w+)/gm)];
    for (const [shown, a, b] of named) expect(commands, shown).toContain(a ?? b);
    for (const command of commands) {
      for (const option of shownFor(command, text)) expect(optionsOf(command), command).toContain(option);
    }
  });
});
