/** What we use of JSON Schema. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** Every key below a schema as the docs write it: `pools.NAME.endpoints[].weight`. Variants are laid together. */
export function keysOf(schema: Schema, at = ''): Map<string, Schema> {
  const below: [string, Schema][] = [];
  for (const [key, value] of Object.entries(schema.properties ?? {}))
    below.push([at === '' ? key : `${at}.${key}`, value]);
  // A mapping to plain values (headers, steer, bias) has no keys of ours.
  const { additionalProperties: named, items } = schema;
  if (typeof named === 'object' && holdsKeys(named)) below.push([`${at}.NAME`, named]);
  if (items !== undefined && 'type' in items && items.type === 'object')
    below.push([`${at}[]`, items as Schema]);
  const keys = new Map(below.flatMap(([key, value]) => [[key, value] as const, ...keysOf(value, key)]));
  for (const variant of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
    for (const [key, value] of keysOf(variant, at)) keys.set(key, value);
  return keys;
}

function holdsKeys({ properties, oneOf = [], anyOf = [] }: Schema): boolean {
  return properties !== undefined || [...oneOf, ...anyOf].some(holdsKeys);
}
