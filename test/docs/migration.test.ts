import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/runtime/problem.ts';
import { loadText } from '../config/load-text.ts';

const page = resolve(import.meta.dirname, '../../docs/migration.md');
const markdown = readFileSync(page, 'utf8');

const policyTypes = 'nearest|latency|geo|failover|weighted|hash|multi|home|schedule|split';

/** What a line of config is, by how it begins, and the part of the config that it replaces. */
const places: readonly (readonly [RegExp, (line: string) => Partial<Parts>])[] = [
  [new RegExp(`^\\{ type: (${policyTypes}),`), (line) => ({ policy: line })],
  [/^\{ type: /, (line) => ({ monitor: line })],
  [/^\{ .*action: /, (line) => ({ override: `overrides: [ ${line} ]` })],
  [/^(floor|capacity|ramp): /, (line) => ({ pool: line })],
  [
    /^(fallback|all-down|ttl|answers|residency): /,
    (line) => ({ policy: `{ type: nearest, pool: app, ${line} }` }),
  ],
  [/^(weight|host): /, (line) => ({ endpoint: line })],
  [/^steer: /, (line) => ({ steer: line })],
];

interface Parts {
  readonly policy: string;
  readonly monitor: string;
  readonly override: string;
  readonly pool: string;
  readonly endpoint: string;
  readonly steer: string;
}

/** Cells of the second column; a cell that is one piece of code is a line of config. */
const lines = new Set([...markdown.matchAll(/^\|[^|]*\| `([^`|]+)` +\|/gm)].map(([, line]) => line!));

describe('docs/migration.md', () => {
  it('has a line of config for most of what others have', () => {
    expect(lines.size).toBeGreaterThan(50);
    expect([...lines].filter((line) => !places.some(([pattern]) => pattern.test(line)))).toEqual([]);
  });

  it.each([...lines])('%s loads', (line) => {
    const [, partOf] = places.find(([pattern]) => pattern.test(line))!;
    const files = {
      [resolve('latency.csv')]: 'client,region,milliseconds\nDE,eu-central,9\n',
      [resolve('push-tokens')]: `${'a'.repeat(64)}\n`,
    };
    const errors = loadText(configWith(partOf(line)), files).problems.filter(
      ({ code }) => code !== 'CONFIG_UNUSED',
    );
    expect(errors.map(formatProblem)).toEqual([]);
  });
});

function configWith(parts: Partial<Parts>): string {
  const endpoint = (name: string, region: string, number: number, more = '') =>
    `      - { name: ${name}, region: ${region}, address: 192.0.2.${number}${more} }`;
  const others = ['blue', 'green', 'eu', 'us', 'sorry'].map(
    (name, i) => `  ${name}:\n    endpoints:\n${endpoint(`${name}-a`, 'us-east', 10 + i)}`,
  );
  return `
node: { push-tokens-file: push-tokens, allow-exec: true }
regions:
  us-east: { location: [39.04, -77.49] }
  eu-west: { location: [53.35, -6.26] }
  eu-central: { location: [50.11, 8.68] }
monitors:
  checked: ${parts.monitor ?? '{ type: http, port: 8080, path: / }'}
  web: { type: http, port: 8080 }
  web2: { type: tcp, port: 80 }
  web3: { type: tcp, port: 81 }
pools:
  app:
    monitor: checked
    ${parts.pool ?? ''}
    endpoints:
${endpoint('iad-a', 'us-east', 1, parts.endpoint && `, ${parts.endpoint}`)}
${endpoint('dub-a', 'eu-west', 2)}
${endpoint('fra-a', 'eu-central', 3)}
${others.join('\n')}
policies:
  near: { type: nearest, pool: app }
  app: ${parts.policy ?? '{ type: nearest, pool: near }'}
${parts.override ?? ''}
zones:
  - name: example.com
    records: ["@ 300 SOA ns1 hostmaster 1 7200 900 1209600 300", "@ 300 NS ns1", "ns1 300 A 192.0.2.53"]
    ${parts.steer ?? 'steer: { www: app }'}
`;
}
