import { dirname, join, resolve } from 'node:path';

/** Default of `state.directory`: what systemd made for us, else a folder beside the config. */
export function defaultStateDirectory(configPath: string): string {
  return process.env['STATE_DIRECTORY']?.split(':')[0] ?? join(dirname(resolve(configPath)), '.state');
}
