import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of each stage, comments gone and continued lines joined. */
const stages = readStages(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const final = stages.at(-1)!;

function all(word: string): string[] {
  return final.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
}

describe('Dockerfile', () => {
  it('builds in one stage and runs in another', () => {
    expect(stages.length).toBe(2);
    expect(final.some(({ rest }) => /npm run build|tsc/.test(rest))).toBe(false);
  });

  it('runs as somebody who is not root, from before the entry point on', () => {
    expect(all('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const words = final.map(({ word }) => word);
    expect(words.lastIndexOf('USER')).toBeLessThan(words.indexOf('ENTRYPOINT'));
    expect(words.slice(words.lastIndexOf('USER'))).not.toContain('RUN');
  });

  it('asks /readyz for its health with a script that is valid', () => {
    const [check] = all('HEALTHCHECK');
    const command = JSON.parse(check!.slice(check!.indexOf('CMD') + 3)) as string[];
    expect(command.slice(0, 2)).toEqual(['node', '-e']);
    expect(command[2]).toContain('http://127.0.0.1:8053/readyz');
    expect(() => new Function(command[2]!)).not.toThrow();
  });

  it('keeps its state in a volume that its user owns', () => {
    expect(all('VOLUME')).toEqual(['/var/lib/meridian']);
    expect(all('RUN').join('\n')).toContain('install -d -o node -g node -m 0700 /var/lib/meridian');
  });

  it('installs without development packages and without install scripts', () => {
    expect(all('RUN').join('\n')).toMatch(/npm ci --omit=dev --ignore-scripts/);
    expect(all('ENV').join(' ')).toContain('NODE_ENV=production');
  });

  it('exposes DNS over both transports and HTTP', () => {
    expect(all('EXPOSE').join(' ').split(' ').sort()).toEqual(['53/tcp', '53/udp', '8053/tcp']);
  });

  it('starts what package.json names as the program, on the documented config', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      bin: { meridian: string };
    };
    expect(JSON.parse(all('ENTRYPOINT')[0]!)).toEqual(['node', join('/opt/meridian', bin.meridian)]);
    expect(JSON.parse(all('CMD')[0]!)).toEqual(['serve', '-c', '/etc/meridian/meridian.yaml']);
  });
});

describe('.dockerignore', () => {
  it('lets in what the Dockerfile copies and nothing else', () => {
    const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
    const copied = stages
      .flat()
      .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(rules[0]).toBe('*');
    expect(new Set(rules.slice(1).map((rule) => rule.slice(1)))).toEqual(new Set(copied));
  });
});

function readStages(text: string): Instruction[][] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const found: Instruction[][] = [];
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === undefined) throw new Error(`no instruction: ${line}`);
    if (word === 'FROM') found.push([]);
    found.at(-1)!.push({ word, rest: rest! });
  }
  return found;
}
