import { z } from 'zod';
import { formatAddress } from '../../ip/address.ts';
import { endpointText } from '../endpoint-text.ts';
import type { Findings, Named } from '../findings.ts';
import type { Endpoint, Region } from '../model.ts';
import type { LagSource, Replication } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { choice, duration, text } from '../values.ts';
import { resolveSource, sourceKeys, url } from './load-source.ts';

const lagWanted = 'a mapping with `prometheus`, `metric`, `json` or `patroni`';
const placeholders = '`{address}`, `{endpoint}` and `{region}` stand for those of each endpoint';

/** What stands in a URL while it is read. */
const sample = (input: string) => filled(input, { address: '192.0.2.1', endpoint: 'e', region: 'r' });

const lagSchema = z
  .strictObject(
    {
      ...sourceKeys(sample),
      patroni: url(sample).describe('Address of the REST API of Patroni at the endpoint.'),
      within: text('a size as Patroni reads it, such as `16MB`', /^[0-9]{1,15}(?:[kMGT]?B)?$/)
        .optional()
        .describe('patroni: how far behind a member may be. Default: 1MB.'),
      every: duration('1s', '1h').prefault('5s').describe('Time between two looks.'),
      keep: duration('1s', '24h').prefault('30s').describe('How long a lag holds when no other comes.'),
    },
    { error: lagWanted },
  )
  .describe(`The lag of an endpoint in seconds, and where to read it; ${placeholders}.`);

export const replicationSchema = z
  .strictObject(
    {
      lag: lagSchema,
      max: duration('0s', '24h')
        .prefault('30s')
        .describe('The longest lag with which an endpoint may take over from another.'),
      wait: duration('0s', '24h')
        .prefault('2m')
        .describe('How long those that are behind are waited for when nobody else can serve.'),
      'after-wait': choice(['nodata', 'serve'])
        .default('nodata')
        .describe('What comes after `wait`: no address, or the first that is up however far behind.'),
    },
    { error: 'a mapping with `lag`' },
  )
  .describe('What keeps an endpoint that is behind from taking over in a failover.');

export function resolveReplication(
  { lag, max, wait, 'after-wait': afterWait }: z.output<typeof replicationSchema>,
  pool: string,
  endpoints: readonly Endpoint[],
  regions: Named<Region>,
  findings: Findings,
): Replication {
  const source = resolveLag(lag, ['pools', pool, 'replication', 'lag'], findings);
  const names = [...regions.keys()];
  const sources = endpoints.map((endpoint): LagSource => {
    const { address } = endpoint.probe;
    const host = address === undefined ? endpointText(endpoint) : formatAddress(address);
    const words = { address: host, endpoint: endpoint.name, region: names[endpoint.region] ?? '' };
    const inUrl = address?.family === 6 ? `[${host}]` : host;
    return {
      ...source,
      url: filled(source.url, { ...words, address: inUrl }),
      query: filled(source.query, words),
    };
  });
  return { sources, maxSeconds: max / 1_000, waitMs: wait, afterWait };
}

function resolveLag(input: z.output<typeof lagSchema>, path: Path, findings: Findings): LagSource {
  const { patroni, within, ...others } = input;
  const kinds = (['prometheus', 'metric', 'json'] as const).filter((kind) => others[kind] !== undefined);
  if (patroni === undefined) {
    if (within !== undefined)
      findings.error('CONFIG_KEY', [...path, 'within'], '`within` goes with `patroni`', 'key');
    return resolveSource(others, path, findings);
  }
  for (const kind of kinds)
    findings.error(
      'CONFIG_KEY',
      [...path, kind],
      `\`${kind}\` stands beside \`patroni\`; write one of them`,
      'key',
    );
  const { every: everyMs, keep: keepMs } = input;
  return { kind: 'patroni', url: patroni, query: within ?? '1MB', everyMs, keepMs };
}

function filled(input: string, words: Readonly<Record<'address' | 'endpoint' | 'region', string>>): string {
  return input.replace(/\{(address|endpoint|region)\}/g, (_, word: keyof typeof words) => words[word]);
}
