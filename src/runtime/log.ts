import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * JSON lines on standard error, written at once: a log that is lost at a crash explains nothing. For the control
 * plane alone; the data plane counts and does not log.
 */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
}
