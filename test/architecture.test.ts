import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Local imports of each file, type imports counted, as paths below `src/`. */
const imports = new Map(files.map((file) => [file, localImports(file)]));

/** What each folder may import; `runtime` is open to all. `a/b` names a part of a folder that stands apart. */
const allowed: Record<string, readonly string[]> = {
  runtime: [],
  dns: ['ip'],
  ip: [],
  geo: ['ip'],
  zone: ['dns'],
  steering: ['ip', 'geo'],
  snapshot: ['dns', 'ip', 'geo', 'zone', 'steering'],
  'snapshot/compile': [
    ...['dns', 'ip', 'geo', 'zone', 'steering', 'snapshot'],
    ...['config/flattened.ts', 'config/model.ts', 'config/policy-model.ts', 'config/policy-uses.ts'],
  ],
  query: ['dns', 'ip', 'geo', 'steering', 'snapshot'],
  'query-log': ['query', 'dns', 'ip'],
  server: ['query', 'snapshot', 'dns', 'ip'],
  config: [
    ...['dns', 'ip', 'geo', 'zone', 'steering'],
    ...['health/values/json-path.ts', 'health/values/prometheus-page.ts'],
  ],
  health: [
    ...['config/model.ts', 'config/check-model.ts', 'config/policy-model.ts', 'config/tls-model.ts'],
    ...['config/endpoint-text.ts', 'ip', 'dns'],
  ],
  metrics: ['dns', 'ip', 'geo', 'zone', 'steering', 'snapshot', 'query', 'server', 'config', 'health'],
  diff: [
    ...['dns', 'ip', 'geo', 'steering', 'snapshot', 'snapshot/compile'],
    ...['config/model.ts', 'config/policy-model.ts'],
  ],
  control: [
    ...['dns', 'ip', 'geo', 'zone', 'steering', 'snapshot', 'snapshot/compile', 'query', 'server', 'config'],
    ...['query-log', 'health', 'metrics'],
  ],
};

describe('architecture', () => {
  it('has no folder without a rule', () => {
    const known = new Set([...Object.keys(allowed), 'cli', 'main.ts']);
    expect([...new Set(files.map((file) => zone(file)))].filter((folder) => !known.has(folder))).toEqual([]);
  });

  it('imports only downwards', () => {
    const faults: string[] = [];
    for (const [file, targets] of imports) {
      const from = zone(file);
      const rule = allowed[from];
      if (rule === undefined) continue;
      for (const target of targets) {
        const to = zone(target);
        const free = to === from || to === 'runtime' || rule.includes(to) || rule.includes(target);
        if (!free) faults.push(`${file} imports ${target}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('has no import cycle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`cycle: ${[...path, file].join(' → ')}`);
      if (done.has(file)) return;
      for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it('keeps the control plane out of the UDP worker', () => {
    const workers = files.filter((file) => /^server\/udp.*worker\.ts$/.test(file));
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const next of imports.get(file) ?? []) visit(next);
    };
    workers.forEach(visit);
    const forbidden = /^(config|health|control|cluster|metrics|cli|diff|query-log|snapshot\/compile)\//;
    expect([...reached].filter((file) => forbidden.test(file))).toEqual([]);
  });

  it('leaves clocks, timers, chance, sockets and files to the shell', () => {
    const pure = /^(dns|ip|zone|steering|snapshot|query|diff)\//;
    const effect =
      /\b(Date\.now|new Date\(\)|setTimeout|setInterval|Math\.random|node:(fs|net|dgram|http|child_process))\b/;
    const faults = files.filter(
      (file) => pure.test(file) && effect.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(faults).toEqual([]);
  });
});

/** The folder whose rule applies to a file. */
function zone(file: string): string {
  if (file.startsWith('snapshot/compile/')) return 'snapshot/compile';
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
}

function localImports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)];
  return found.map((match) => relative(root, resolve(root, dirname(file), match[1]!)));
}
