import { type LoadResult, loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/model.ts';
import { formatProblem } from '../../src/runtime/problem.ts';

/** Folders that there are. */
const folders = new Set([process.cwd(), '/var/log/meridian', '/run']);

/**
 * Loads a config that is called `c.yaml`; `files` are what else can be read, by absolute path;
 * those with `open` in it by everybody. It is the first day of 2026.
 */
export function loadText(yaml: string | Uint8Array, files: Record<string, string> = {}): LoadResult {
  return loadConfig('c.yaml', {
    hostname: 'host-1',
    cores: 4,
    stateDirectory: '.state',
    read: (path) => {
      if (path === 'c.yaml') return Buffer.from(yaml);
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('open'), { code: 'ENOENT' });
      return Buffer.from(text);
    },
    modeOf: (path) => (path.includes('open') ? 0o644 : 0o600),
    pingRefusal: () => undefined,
    lookAt: (path) => {
      const kind = path in files ? 'file' : folders.has(path) ? 'directory' : undefined;
      return kind && { kind, file: undefined };
    },
    nowMs: Date.UTC(2026, 0, 1),
  });
}

/** The problems without the file's name, and whether a config came out of it. */
export function problemsOf(yaml: string | Uint8Array, files?: Record<string, string>): string[] {
  return loadText(yaml, files).problems.map((problem) => formatProblem(problem).replace(/^c\.yaml:/, ''));
}

export function configOf(yaml: string, files?: Record<string, string>): Config {
  const { config, problems } = loadText(yaml, files);
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return config;
}
