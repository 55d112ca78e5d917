import { count } from '../config/report.ts';
import { runLoad } from '../control/loader.ts';
import { readArguments, UsageError, withUsage } from './arguments.ts';
import { formatLoadReport } from './load-report.ts';
import { defaultStateDirectory } from './state-directory.ts';

/** `meridian check`: the real load without taking it into use. Exit code 0 when it could be, else 1. */
export function runCheck(args: string[]): Promise<number> {
  return withUsage(async () => {
    const { values } = readArguments({ args, options: { config: { type: 'string', short: 'c' } } });
    if (values.config === undefined) throw new UsageError('check needs -c FILE');
    const stateDirectory = defaultStateDirectory(values.config);
    const outcome = await runLoad({
      configPath: values.config,
      stateDirectory,
      previousGeo: undefined,
      writesNothing: true,
    });
    if (outcome.problems.length > 0) process.stdout.write(`${formatLoadReport(outcome)}\n`);
    if (outcome.loaded === undefined) return 1;
    const { zones, policies, regions } = outcome.loaded.config;
    const size = [
      count(zones.length, 'zone'),
      count(policies.length, 'policy', 'policies'),
      count(regions.length, 'region'),
    ];
    process.stdout.write(`${values.config}: ok (${size.join(', ')})\n`);
    return 0;
  });
}
