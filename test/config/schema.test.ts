import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/schema.ts';
import { keysOf, type Schema } from './json-schema-keys.ts';

const file = resolve(import.meta.dirname, '../../config/meridian.schema.json');

describe('config schema for editors', () => {
  const schema = configJsonSchema() as Schema;

  it('is up to date: `npm run schema` writes it', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema);
  });

  it('describes every key', () => {
    const bare = [...keysOf(schema)].filter(
      ([key, value]) => value.description === undefined && !key.endsWith('.NAME'),
    );
    expect(bare.map(([key]) => key)).toEqual([]);
  });

  it('refuses unknown keys in every mapping', () => {
    const mappings = [schema, ...keysOf(schema).values()].flatMap(
      (value) => value.oneOf ?? value.anyOf ?? [value],
    );
    // Mappings that hold names beside keys (map, residency) say what a name leads to.
    const open = mappings.filter(
      ({ properties, additionalProperties: others }) =>
        properties !== undefined && others !== false && Object.keys(others ?? {}).length === 0,
    );
    expect(open).toEqual([]);
  });

  it('gives patterns for what has a unit', () => {
    const interval = keysOf(schema).get('monitors.NAME.interval');
    expect(interval).toMatchObject({ type: 'string', default: '10s', pattern: '^([0-9]{1,9})(ms|s|m|h)$' });
  });
});
