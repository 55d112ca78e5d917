import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCheck } from '../../src/cli/check.ts';
import { runDemo } from '../../src/cli/demo.ts';
import { runDiff } from '../../src/cli/diff.ts';
import { runExplain } from '../../src/cli/explain.ts';
import { runServe } from '../../src/cli/serve.ts';

const commands = { serve: runServe, check: runCheck, explain: runExplain, diff: runDiff, demo: runDemo };
const client = ['--client', '192.0.2.1'];

afterEach(() => vi.restoreAllMocks());

describe('wrong arguments', () => {
  it.each([
    ['serve', [], 'serve needs -c FILE'],
    ['serve', ['-c'], '-c'],
    ['serve', ['-c', 'a.yaml', '--frob'], '--frob'],
    ['serve', ['-c', 'a.yaml', 'b.yaml'], 'b.yaml'],
    ['serve', ['-c', 'a.yaml', '--log-level', 'loud'], '--log-level is one of debug info warn error'],
    ['check', [], 'check needs -c FILE'],
    ['check', ['-c', 'a.yaml', 'b.yaml'], 'b.yaml'],
    ['explain', [], '`name` is missing'],
    ['explain', ['a..b', ...client], '`name`'],
    ['explain', ['a.example.com'], '`client` is missing'],
    ['explain', ['a', '--client', 'nowhere'], '"nowhere" is neither an address nor a prefix'],
    ['explain', ['a', 'NONSENSE', ...client], '"NONSENSE" is no record type'],
    ['explain', ['a', 'A', 'b', ...client], 'explain takes one name and one type'],
    ['explain', ['a', ...client, '--without', 'a,,b'], '`without`: give names of regions'],
    ['explain', ['a', ...client, '--at', 'noon'], '`at`: "noon" is no time like 2026-12-01T10:00:00Z'],
    ['explain', ['a', ...client, '--url', 'http://a', '-c', 'b'], '--url or -c, not both'],
    ['explain', ['a', ...client, '--url', 'here'], '--url "here" is no URL'],
    ['diff', ['a.yaml'], 'diff needs two config files'],
    ['diff', ['a.yaml', 'b.yaml', 'c.yaml'], 'diff needs two config files'],
    ['diff', ['a', 'b', '--max-moved', '5'], '--max-moved "5" is no share like 5%'],
    ['diff', ['a', 'b', '--max-moved', '101%'], '--max-moved "101%" is no share like 5%'],
    ['diff', ['a', 'b', '--at', 'noon'], '--at "noon" is no time like 2026-12-01T10:00:00Z'],
    ['diff', ['a', 'b', '--at', '2026-13-01T10:00Z'], '--at "2026-13-01T10:00Z" is no time'],
    ['demo', ['--fast'], '--fast'],
  ] as const)('of %s %j are told with the usage and exit code 2', async (command, args, message) => {
    let told = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += text;
      return true;
    });
    expect(await commands[command]([...args])).toBe(2);
    expect(told).toMatch(/^meridian: /);
    expect(told).toContain(message);
    expect(told).toContain('meridian check -c FILE');
  });
});
