import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/control/status.ts';
import { Command, root } from '../cli/command.ts';
import { until } from '../control/until.ts';
import { needTools, runTool } from './tools.ts';

/** A command of a transcript and what it prints. */
interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands behind `$` of the README's transcripts, in their order. */
const steps: Step[] = [
  ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```console\n(.*?)^```$/gms),
]
  .flatMap(([, block]) => block!.split(/^\$ /m).slice(1))
  .map((text) => ({
    command: text.slice(0, text.indexOf('\n')),
    output: text.slice(text.indexOf('\n') + 1),
  }));

let demo: Command;

beforeAll(async () => {
  needTools('bash', 'dig', 'curl');
  demo = new Command(['demo']);
  await demo.says('Ctrl-C ends it', 80_000);
  // A region that was stopped when the demo ran last is remembered as down until it has been probed.
  await until(async () => {
    const status = (await (await fetch('http://127.0.0.1:8053/api/v1/status')).json()) as Status;
    return status.pools.every(({ endpoints }) => endpoints.every(({ health }) => health === 'up'));
  }, 60_000);
});
afterAll(async () => {
  demo.signal('SIGINT');
  expect((await demo.ended).code).toBe(0);
});

function shell(command: string): Promise<string> {
  return runTool('bash', ['-c', command], { cwd: root });
}

/** What may differ from day to day: data are updated each month, and grow old without updates. */
function lasting(output: string): string {
  return output
    .replaceAll(/^ +note +geo data is older .*\n/gm, '')
    .replaceAll(/^.* by [\d.]+\/\d+ in .*$/gm, '(place)')
    .replaceAll(/every client in [\d.]+\/\d+/g, 'every client in (prefix)')
    .replaceAll(/ +\d+ km/g, ' (distance)');
}

describe('the README', () => {
  it('has a transcript', () => {
    expect(steps.length).toBeGreaterThan(4);
  });

  it.each(steps)('is right about $command', async ({ command, output }) => {
    expect(lasting(await shell(`(${command}) 2>/dev/null`))).toBe(lasting(output));
  });
});

describe('the demo', () => {
  it('tells commands that work', async () => {
    const commands = [...demo.stdout.matchAll(/^ {2}((?:dig|curl|npx) .*)$/gm)].map(
      ([, command]) => command!,
    );
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) expect(await shell(command), command).not.toBe('');
  });

  it('warns of the region that was stopped, and of nothing else', () => {
    const lines = demo.stderr.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line).msg).sort()).toEqual([
      'app/euw1 is down',
      'app/euw1-v6 is down',
    ]);
  });
});
