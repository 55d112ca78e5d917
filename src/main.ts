#!/usr/bin/env node
import { usage } from './cli/usage.ts';
import { version } from './runtime/version.ts';

/**
 * Each command takes its arguments and resolves with the exit code; a server resolves when it has stopped. Only the
 * files of the command asked for are read.
 */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  serve: async (args) => (await import('./cli/serve.ts')).runServe(args),
  check: async (args) => (await import('./cli/check.ts')).runCheck(args),
  explain: async (args) => (await import('./cli/explain.ts')).runExplain(args),
  diff: async (args) => (await import('./cli/diff.ts')).runDiff(args),
  timeline: async (args) => (await import('./cli/timeline.ts')).runTimeline(args),
  demo: async (args) => (await import('./cli/demo.ts')).runDemo(args),
  '--version': async () => print(`meridian ${version}`),
  '--help': async () => print(usage),
};

const [first = '--help', ...args] = process.argv.slice(2);
const name = first === '-h' || args.includes('--help') || args.includes('-h') ? '--help' : first;
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  process.stderr.write(`meridian: there is no command ${JSON.stringify(name)}\n\n${usage}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await command(args);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
