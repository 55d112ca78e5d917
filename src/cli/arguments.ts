import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usage } from './usage.ts';

/** The command line is wrong: told with the usage, exit code 2. */
export class UsageError extends Error {}

/** `parseArgs` with faults as UsageError. */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Runs a command; a UsageError becomes its message, the usage and 2. */
export async function withUsage(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`meridian: ${error.message}\n\n${usage}\n`);
    return 2;
  }
}
