import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/schema.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { keysOf, type Schema } from '../config/json-schema-keys.ts';
import { configOf, loadText } from '../config/load-text.ts';
import { SteeringGeo } from './steering-geo.ts';
import { readSteeringPage } from './steering-page.ts';
import { SteeringScript } from './steering-script.ts';
import { SteeringSite } from './steering-site.ts';

const root = resolve(import.meta.dirname, '../..');
const markdown = readFileSync(join(root, 'docs/steering.md'), 'utf8');
const { clients, examples } = readSteeringPage(markdown);
const geo = new SteeringGeo(clients);
afterAll(() => geo.close());

/** A Thursday. */
const newYear = Date.UTC(2026, 0, 1);

/** Tables stand beside the config. */
const filesOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [resolve(name), text]));

const keys = [...keysOf(configJsonSchema() as Schema).keys()];
const policySchemas = (configJsonSchema() as PolicySchemas).properties.policies.additionalProperties.oneOf;
const policyTypes = policySchemas.map(({ properties }) => properties.type.const);

interface PolicySchemas {
  readonly properties: {
    readonly policies: {
      readonly additionalProperties: {
        readonly oneOf: readonly { readonly properties: { readonly type: { readonly const: string } } }[];
      };
    };
  };
}

describe('docs/steering.md', () => {
  it('has clients, and examples with a name of their own', () => {
    expect(clients.length).toBeGreaterThan(5);
    const names = examples.map(({ id }) => id);
    expect(names.length).toBeGreaterThan(15);
    expect(names).toEqual([...new Set(names)]);
    expect(names).not.toContain('');
  });

  it.each(examples)('example $id loads without a warning', ({ yaml, files }) => {
    expect(loadText(yaml, filesOf(files)).problems.map(formatProblem)).toEqual([]);
  });

  it.each(examples)('example $id answers as the page says', ({ yaml, files, answers }) => {
    expect(answers.filter((line) => line.includes('→'))).not.toEqual([]);
    const site = new SteeringSite(configOf(yaml, filesOf(files)), geo, newYear);
    const script = new SteeringScript(site, clients);
    expect(answers.flatMap((line) => script.run(line) ?? [])).toEqual([]);
  });

  it.each([...policyTypes, 'nesting'])(
    'says of %s its scope, what happens when all is down, and what explain tells',
    (type) => {
      const section = new RegExp(`^### ${type}\n(.*?)^##`, 'ms').exec(markdown)?.[1] ?? '';
      const parts = ['- **Scope:**', '- **All down:**', '; explains "', '```yaml\n# '];
      expect(policyTypes.length).toBeGreaterThan(8);
      expect(parts.filter((part) => !section.includes(part))).toEqual([]);
    },
  );

  it('mentions every key of policies, pools, overrides and steering', () => {
    const own = keys.filter((key) => /^(policies|pools|overrides)\b|\.steer\b/.test(key));
    expect(own.length).toBeGreaterThan(50);
    const code = [...markdown.matchAll(/^```yaml\n.*?^```$|`[^`\n]+`/gms)].map(([text]) => text);
    const words = new Set(code.flatMap((text) => text.split(/[^a-z-]+/)));
    const missing = own.filter((key) => !/(NAME|\[\])$/.test(key) && !words.has(key.split('.').at(-1)!));
    expect(missing).toEqual([]);
  });
});
