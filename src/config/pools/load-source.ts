import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { LoadSource, MeasuredLoad } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { duration, number, reading, text } from '../values.ts';
import { showName } from '../wording.ts';

const loadWanted = 'a number, or a mapping with `prometheus`, `metric` or `json`';
const urlWanted = 'an http or https URL without user and password';

/** Text of an address on the web; `{…}` in it may stand for something that `fill` puts there. */
export function url(fill: (text: string) => string = (text) => text) {
  return reading(urlWanted, (text) => (readUrl(fill(text)) === undefined ? undefined : text)).optional();
}

/** Credentials in an address end up in logs. */
function readUrl(input: string): string | undefined {
  // What is left of braces stands for nothing.
  if (input.length > limits.statementLength || /[{}]/.test(input) || !URL.canParse(input)) return undefined;
  const { protocol, username, password } = new URL(input);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? input : undefined;
}

function statement() {
  const wanted = `text of at most ${limits.statementLength} characters on one line`;
  return text(wanted).max(limits.statementLength, { error: wanted }).optional();
}

/** Keys of where a number is read. `fill`: as for `url`. */
export function sourceKeys(fill?: (text: string) => string) {
  return {
    prometheus: url(fill).describe('Address of a Prometheus that answers `query`.'),
    query: statement().describe('prometheus: an instant query with one number for an answer.'),
    metric: url(fill).describe('Address of a page in the Prometheus text format that has `name`.'),
    name: statement().describe('metric: the sample, such as `inflight{job="a"}`.'),
    json: url(fill).describe('Address of a JSON document that has `path`.'),
    path: statement().describe('json: keys and indexes to the number, such as `load.now`.'),
  };
}

const sourceSchema = z.strictObject(
  {
    ...sourceKeys(),
    every: duration('1s', '1h').prefault('10s').describe('Time between two looks.'),
    keep: duration('1s', '24h').prefault('60s').describe('How long a value holds when no other comes.'),
  },
  { error: loadWanted },
);

export const loadSchema = z
  .union([number('a number', 0, 1e12), sourceSchema], { error: loadWanted })
  .describe(
    "The demand of the region's own clients, in the unit of `capacity`: a number, or where to read it.",
  );

/** Which key says what to look for at each kind of page. */
const kinds = { prometheus: 'query', metric: 'name', json: 'path' } as const;
const kindNames = ['prometheus', 'metric', 'json'] as const;

/** After an error it is what stands there in part. */
export function resolveLoad(input: z.output<typeof loadSchema>, path: Path, findings: Findings): LoadSource {
  return typeof input === 'number' ? { kind: 'static', load: input } : resolveSource(input, path, findings);
}

export function resolveSource(
  input: z.output<typeof sourceSchema>,
  path: Path,
  findings: Findings,
): MeasuredLoad {
  const [kind = 'json', ...others] = kindNames.filter((name) => input[name] !== undefined);
  const key = kinds[kind];
  if (input[kind] === undefined)
    findings.error('CONFIG_MISSING', path, '`prometheus` is missing; wanted it, `metric` or `json`', 'key');
  else if (input[key] === undefined)
    findings.error('CONFIG_MISSING', path, `${showName(key)} is missing beside ${showName(kind)}`, 'key');
  for (const other of others) {
    const message = `${showName(other)} stands beside ${showName(kind)}; write one of them`;
    findings.error('CONFIG_KEY', [...path, other], message, 'key');
  }
  for (const name of kindNames) {
    if (name === kind || others.includes(name) || input[kinds[name]] === undefined) continue;
    const message = `${showName(kinds[name])} goes with ${showName(name)}`;
    findings.error('CONFIG_KEY', [...path, kinds[name]], message, 'key');
  }
  if (input.keep < input.every) {
    const message = `\`keep\` (${input.keep} ms) is shorter than \`every\` (${input.every} ms)`;
    findings.error('CONFIG_VALUE', [...path, 'keep'], message);
  }
  const { every: everyMs, keep: keepMs } = input;
  return { kind, url: input[kind] ?? '', query: input[key] ?? '', everyMs, keepMs };
}
