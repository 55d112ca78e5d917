import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { readCookieSecrets } from '../cookie-secrets.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import type { DnsOptions } from '../model.ts';
import { integer, text } from '../values.ts';

const tellWanted = `\`off\`, or at most ${limits.identityBytes} printable ASCII characters`;
const cookiesWanted = '`off`, or a mapping with `secrets`';

export const dnsSchema = z
  .strictObject(
    {
      'udp-size': integer(512, limits.udpSlotBytes)
        .prefault(limits.udpAnswerBytes)
        .describe('Largest answer over UDP, bytes. More than 1232 risks fragments, which get lost.'),
      nsid: told().describe('What to call this node to those who ask by NSID (RFC 5001), or `off`.'),
      version: told().describe('Answer to `version.bind` and `version.server` in class CH, or `off`.'),
      identity: told().describe('Answer to `id.server` and `hostname.bind` in class CH, or `off`.'),
      cookies: z
        .union(
          [
            z.literal('off'),
            z.strictObject({
              secrets: text('the path of a file')
                .optional()
                .describe(
                  'File with secrets that several nodes share, 32 hexadecimal digits on a line; relative to this file. Default: a random one in the state directory.',
                ),
            }),
          ],
          { error: cookiesWanted },
        )
        .prefault({})
        .describe('DNS cookies (RFC 7873, 9018), or `off`.'),
    },
    { error: 'a mapping with `udp-size`, `nsid`, `version`, `identity` and `cookies`' },
  )
  .describe('What the protocol offers beyond plain answers.');

/** `base`: the directory of the config file. Undefined after an error. */
export function resolveDns(
  input: z.output<typeof dnsSchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): DnsOptions | undefined {
  const cookies = resolveCookies(input.cookies, environment, base, findings);
  return (
    cookies && {
      udpBytes: input['udp-size'],
      nsid: textOf(input.nsid),
      version: textOf(input.version),
      identity: textOf(input.identity),
      cookies,
    }
  );
}

function resolveCookies(
  input: z.output<typeof dnsSchema>['cookies'],
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): DnsOptions['cookies'] | undefined {
  if (input === 'off') return input;
  if (input.secrets === undefined) return 'own';
  const path = ['dns', 'cookies', 'secrets'];
  return readCookieSecrets(input.secrets, path, environment, base, findings);
}

function told() {
  return text(tellWanted, new RegExp(`^[\\x20-\\x7e]{1,${limits.identityBytes}}$`)).prefault('off');
}

function textOf(input: string): string | undefined {
  return input === 'off' ? undefined : input;
}
