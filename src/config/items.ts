import { z } from 'zod';
import type { Findings } from './findings.ts';
import { nearestName } from './nearest-name.ts';
import type { Path } from './source.ts';
import { showName, showNames, showValue } from './wording.ts';

type Mapping = Readonly<Record<string, unknown>>;
type Issue = z.core.$ZodIssue;

/**
 * Reads one item of the file and tells its faults. What is left without the faulty keys is returned when it can
 * stand, so that the rest of the item is still checked against the rest of the file; otherwise undefined.
 */
export function readItem<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  path: Path,
  findings: Findings,
): z.output<S> | undefined {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const faulty = new Set<unknown>();
  for (const issue of result.error.issues) {
    tell(issue, schema, raw, path, findings);
    for (const key of issue.code === 'unrecognized_keys' ? issue.keys : [issue.path[0]]) faulty.add(key);
  }
  if (!isMapping(raw)) return undefined;
  const rest = Object.entries(raw).filter(([key]) => !faulty.has(key));
  return schema.safeParse(Object.fromEntries(rest)).data;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tell(issue: Issue, schema: z.ZodType, raw: unknown, item: Path, findings: Findings): void {
  const path: Path = [...item, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') {
    const inner = schemaAt(schema, issue.path, raw);
    for (const key of issue.keys)
      findings.error(
        'CONFIG_KEY',
        [...path, key],
        () => unknownKey(key, inner, valueAt(raw, issue.path)),
        'key',
      );
    return;
  }
  const value = valueAt(raw, issue.path);
  const variant = issue.code === 'invalid_union' ? meantVariant(issue.errors) : undefined;
  if (variant !== undefined) {
    for (const inner of variant) tell(inner, schemaAt(schema, issue.path, raw), value, path, findings);
  } else if (value === undefined) {
    const message = `${label(path)} is missing; wanted ${issue.message}`;
    findings.error('CONFIG_MISSING', path.slice(0, -1), message, 'key');
  } else if (issue.code === 'invalid_key') {
    findings.error(
      'CONFIG_KEY',
      path,
      `key ${showName(String(path.at(-1)))} does not fit; wanted ${issue.message}`,
      'key',
    );
  } else {
    findings.error(
      'CONFIG_VALUE',
      path,
      `${label(path)}: found ${isSecret(path) ? 'something else' : showValue(value)}, wanted ${issue.message}${meant(issue, value)}`,
    );
  }
}

/** Of kinds of values that may stand at one place, the faults of the one that this value is of. */
function meantVariant(variants: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = variants.filter((issues) => {
    return !issues.some(({ code, path }) => path.length === 0 && otherKind.has(code));
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

const otherKind: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value']);

/** What a check sends and addresses of pages may carry credentials, and messages end up in logs. */
function isSecret(path: Path): boolean {
  if (path[0] === 'notify') return path.at(-1) === 'url';
  if (path[0] === 'monitors') return path[2] === 'headers' || path[2] === 'send';
  return urlSections.has(path[0]) && urlKeys.has(path.at(-1));
}

const urlSections = new Set<unknown>(['pools', 'policies']);
const urlKeys = new Set<unknown>(['prometheus', 'metric', 'json', 'patroni', 'url']);

/** The last key with the indexes after it: `location[0]`. */
function label(path: Path): string {
  const from = path.findLastIndex((step) => typeof step === 'string');
  if (from < 0) return 'the file';
  return showName(String(path[from])).replace(
    /`$/,
    `${path
      .slice(from + 1)
      .map((index) => `[${index}]`)
      .join('')}\``,
  );
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

/** What the value at `path` is read with: mappings and lists may stand in each other. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], raw: unknown): z.ZodType {
  let at: unknown = bare(schema);
  for (const [i, step] of path.entries()) {
    if (at instanceof z.ZodArray) at = bare(at.element);
    else if (at instanceof z.ZodRecord) at = bare(at.valueType);
    else if (at instanceof z.ZodObject) at = bare((at.shape as Mapping)[String(step)] ?? at.def.catchall);
    else at = bare(shapeOf(at, valueAt(raw, path.slice(0, i)))[String(step)]);
  }
  return at instanceof z.ZodType ? at : schema;
}

/** Without what says that it may be left out; of kinds of values, the mapping: the others have nothing below them. */
function bare(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault)
    at = at.unwrap();
  if (!(at instanceof z.ZodUnion) || at instanceof z.ZodDiscriminatedUnion) return at;
  return at.options.find((option) => option instanceof z.ZodObject) ?? at;
}

/** For values that are one of a few words. */
function meant(issue: Issue, value: unknown): string {
  if (typeof value !== 'string') return '';
  const words =
    issue.code === 'invalid_value' ? issue.values : 'options' in issue ? issue.options : undefined;
  const near = words && nearestName(value, words.map(String));
  return near === undefined ? '' : `; did you mean ${showName(near)}?`;
}

function unknownKey(key: string, schema: z.ZodType, raw: unknown): string {
  if (key === '<<') return 'merge keys (`<<`) are not supported; write the keys out';
  const keys = knownKeys(schema, raw);
  const others = typesWith(key, schema);
  if (others.length > 0) return `key ${showName(key)} is for type ${others.join(' or ')} only`;
  const near = nearestName(key, keys);
  const hint = near === undefined ? `known here: ${showNames(keys)}` : `did you mean ${showName(near)}?`;
  return `unknown key ${showName(key)}; ${hint}`;
}

function knownKeys(schema: z.ZodType, raw: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion && !(schema instanceof z.ZodDiscriminatedUnion))
    return schema.options.flatMap((option) =>
      option instanceof z.ZodObject ? Object.keys(option.shape) : [],
    );
  return Object.keys(shapeOf(schema, raw));
}

/** The keys of the variant that a value is of, by its `type`. */
function shapeOf(union: unknown, value: unknown): Mapping {
  const type = isMapping(value) ? value['type'] : undefined;
  return variants(union).find(([name]) => name === type)?.[1] ?? {};
}

/** The variants of a union by `type` that know the key. */
function typesWith(key: string, schema: z.ZodType): string[] {
  return variants(schema).flatMap(([name, shape]) => (Object.hasOwn(shape, key) ? [name] : []));
}

function variants(schema: unknown): [string, Mapping][] {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return [];
  return schema.options.flatMap((option) => {
    if (!(option instanceof z.ZodObject)) return [];
    const { type } = option.shape as Mapping;
    return type instanceof z.ZodLiteral ? [[String(type.value), option.shape] as [string, Mapping]] : [];
  });
}
