import { type Service, startService } from '../control/service.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { Random } from '../runtime/random.ts';
import { readArguments, UsageError, withUsage } from './arguments.ts';
import { tellStartFailure } from './start-failure.ts';
import { defaultStateDirectory } from './state-directory.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** `meridian serve`: serves until SIGTERM or SIGINT; SIGHUP loads the config anew. */
export function runServe(args: string[]): Promise<number> {
  return withUsage(async () => {
    const { values } = readArguments({
      args,
      options: { config: { type: 'string', short: 'c' }, 'log-level': { type: 'string', default: 'info' } },
    });
    if (values.config === undefined) throw new UsageError('serve needs -c FILE');
    const level = levels.find((one) => one === values['log-level']);
    if (level === undefined) throw new UsageError(`--log-level is one of ${levels.join(' ')}`);
    const log = createLog(level);
    // Before there is anything to load anew, a SIGHUP must not end the process.
    const early = (): void => log.info('SIGHUP while starting: what is read is new anyway');
    process.on('SIGHUP', early);
    try {
      const service = await startService({
        configPath: values.config,
        stateDirectory: defaultStateDirectory(values.config),
        clock: systemClock,
        random: new Random(Date.now()),
        log,
      });
      const stopped = untilStopped(service);
      // Not before somebody else listens: a signal that is on its way while nobody does is lost.
      process.off('SIGHUP', early);
      log.info({ signal: await stopped }, 'stopping');
      await service.stop();
      return 0;
    } catch (error) {
      return tellStartFailure(error);
    }
  });
}

/** Resolves with the signal that asks to stop; SIGHUP reloads meanwhile. */
export function untilStopped(service: Service): Promise<string> {
  process.on('SIGHUP', () => void service.reload('SIGHUP'));
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
