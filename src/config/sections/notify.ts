import { resolve } from 'node:path';
import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { LoadEnvironment } from '../environment.ts';
import { type EventKind, eventKinds } from '../event-kinds.ts';
import type { Findings } from '../findings.ts';
import type { WebhookConfig } from '../model.ts';
import { readNamedFile } from '../named-file.ts';
import { warnOfReaders } from '../private-file.ts';
import type { Path } from '../source.ts';
import { absentWhenOff, choice, duration, reading, text } from '../values.ts';
import { showName } from '../wording.ts';

const hooksWanted = `a list of at most ${limits.webhooks} webhooks`;
const kindsWanted = `a list of ${eventKinds.join(', ')}`;

const webhookSchema = z
  .strictObject(
    {
      url: reading(
        'an address that begins with `https://` or `http://`, without user or fragment',
        readUrl,
      ).describe('Where events are posted to.'),
      'secret-file': text('the path of a file').describe(
        'What posts are signed with: one line of 32 to 256 printable characters; relative to this file.',
      ),
      kinds: z
        .array(choice(eventKinds), { error: kindsWanted })
        .min(1, { error: kindsWanted })
        .max(eventKinds.length, { error: kindsWanted })
        .optional()
        .describe('Which events are posted. Default: all.'),
      timeout: duration('100ms', '30s').prefault('5s').describe('The whole time that one try may take.'),
    },
    { error: 'a mapping with `url` and `secret-file`' },
  )
  .describe('One place that events are posted to.');

export const notifySchema = z
  .strictObject(
    {
      webhooks: z
        .array(webhookSchema, { error: hooksWanted })
        .max(limits.webhooks, { error: hooksWanted })
        .default([])
        .describe('Who is told of events of the timeline.'),
    },
    { error: absentWhenOff('a mapping with `webhooks`') },
  )
  .describe('Who is told when something changes.');

/** Undefined after an error. `base`: the directory of the config file. */
export function resolveWebhooks(
  { webhooks }: z.output<typeof notifySchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): readonly WebhookConfig[] | undefined {
  const found = webhooks.map(({ url, 'secret-file': file, kinds, timeout }, i) => {
    const at = ['notify', 'webhooks', i];
    const secret = readSecret(file, [...at, 'secret-file'], environment, base, findings);
    if (secret === undefined) return undefined;
    return { url, secret, kinds: new Set<EventKind>(kinds ?? eventKinds), timeoutMs: timeout };
  });
  const whole = found.filter((one) => one !== undefined);
  return whole.length === found.length ? whole : undefined;
}

function readUrl(input: string): string | undefined {
  if (!URL.canParse(input) || input.length > limits.statementLength) return undefined;
  const { protocol, username, password, hash, href } = new URL(input);
  const isPlain = username === '' && password === '' && hash === '';
  return isPlain && (protocol === 'https:' || protocol === 'http:') ? href : undefined;
}

/** Undefined after an error at `path`, which never shows what the file holds. */
function readSecret(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): string | undefined {
  const text = readNamedFile(file, limits.webhookSecretFileBytes, path, environment, base, findings);
  if (text === undefined) return undefined;
  const secret = text.trim();
  if (!/^[\x21-\x7e]{32,256}$/.test(secret)) {
    const message = `${showName(file)} holds no secret; wanted one line of 32 to 256 printable characters`;
    findings.error('CONFIG_VALUE', path, `${message}, such as \`openssl rand -hex 32\` makes`);
    return undefined;
  }
  warnOfReaders(file, resolve(base, file), path, environment, findings);
  return secret;
}
