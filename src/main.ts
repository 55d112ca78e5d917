#!/usr/bin/env node
import { runCheck } from './cli/check.ts';
import { runDemo } from './cli/demo.ts';
import { runExplain } from './cli/explain.ts';
import { runServe } from './cli/serve.ts';
import { usage } from './cli/usage.ts';
import { version } from './runtime/version.ts';

/** Each command takes its arguments and resolves with the exit code; a server resolves when it has stopped. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  serve: runServe,
  check: runCheck,
  explain: runExplain,
  demo: runDemo,
  '--version': async () => print(`meridian ${version}`),
  '--help': async () => print(usage),
};

const [name = '--help', ...args] = process.argv.slice(2);
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
