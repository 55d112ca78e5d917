import { resolve } from 'node:path';
import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import { tellOfLogFile, tellOfLogSocket } from '../log-path.ts';
import type { QueryLogConfig } from '../model.ts';
import { percentage, size } from '../quantities.ts';
import { absentWhenOff, choice, integer, text } from '../values.ts';
import { showName } from '../wording.ts';

const toWanted = 'the path of a file, or `unix:` and the path of a socket';

/** Other words with a colon, such as `tcp:`, are no files that anybody means. */
const toPattern = /^(?!unix:$)(?!(?!unix:)[A-Za-z][A-Za-z0-9+.-]+:)[^\p{Cc}]+$/u;

export const queryLogSchema = z
  .strictObject(
    {
      format: choice(['json', 'dnstap'])
        .default('json')
        .describe('`json`: an object a line. `dnstap`: frame streams of dnstap messages.'),
      to: text(toWanted, toPattern).describe(
        'A file, or `unix:` and a socket that somebody reads; relative to this file.',
      ),
      sample: percentage('0.001%', '100%')
        .prefault('1%')
        .describe('Share of the queries that is logged, drawn by chance: `1%`.'),
      addresses: choice(['cut', 'full'])
        .default('cut')
        .describe('`cut`: clients and client subnets are logged as /24 and /56. `full`: as they are.'),
      'max-size': size('1MB', '1000GB')
        .optional()
        .describe('A file is rotated before it grows larger: `100MB`. Default: never by size.'),
      keep: integer(1, limits.queryLogFiles)
        .optional()
        .describe('Rotated files kept: `.1` is the newest. Default: 5.'),
    },
    { error: absentWhenOff('a mapping with `to`') },
  )
  .describe('What is written about each query, or some of them. Without it no query is logged.');

/** `base`: the directory of the config file. */
export function resolveQueryLog(
  input: z.output<typeof queryLogSchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): QueryLogConfig {
  const { format, sample: share, addresses, 'max-size': maxBytes, keep } = input;
  if (!input.to.startsWith(SOCKET)) {
    const file = resolve(base, input.to);
    tellOfLogFile(file, environment, findings);
    if (keep !== undefined && maxBytes === undefined && format === 'json')
      findings.error(
        'CONFIG_VALUE',
        ['query-log', 'keep'],
        '`keep` needs `max-size`: without it no file is rotated',
      );
    return { format, share, addresses, to: { file, maxBytes, keep: keep ?? DEFAULT_KEEP } };
  }
  for (const key of ['max-size', 'keep'] as const) {
    if (input[key] === undefined) continue;
    findings.error(
      'CONFIG_VALUE',
      ['query-log', key],
      `${showName(key)} is for files; a socket is not rotated`,
    );
  }
  const socket = resolve(base, input.to.slice(SOCKET.length));
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES) {
    const message = `the socket's path has ${Buffer.byteLength(socket)} bytes; wanted at most ${SOCKET_PATH_BYTES}`;
    findings.error('CONFIG_VALUE', ['query-log', 'to'], message);
  }
  tellOfLogSocket(socket, environment, findings);
  return { format, share, addresses, to: { socket } };
}

const SOCKET = 'unix:';
/** What `sockaddr_un` holds, less the final zero. */
const SOCKET_PATH_BYTES = 107;
const DEFAULT_KEEP = 5;
