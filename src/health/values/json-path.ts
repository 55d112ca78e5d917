import { isHtml } from './value.ts';

/** Keys of mappings and indexes of lists, outermost first. */
export type JsonPath = readonly (string | number)[];

export type JsonScalar = string | number | boolean | null;

export type JsonRead =
  | { readonly ok: true; readonly value: JsonScalar }
  | { readonly ok: false; readonly reason: string };

/** Reads `status.db`, `nodes[0].load` or `["a key"].x`; undefined when it is none of these. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: (string | number)[] = [];
  // As JSONPath begins, where `$` is the document.
  const path = text.replace(/^\$(?=[.[])\.?/, '');
  const step = /(\.?)([^.[\]"\s]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\["\\])*)"\]/y;
  while (step.lastIndex < path.length) {
    const first = step.lastIndex === 0;
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, dot, key, index, quoted] = match;
    if (key !== undefined && (dot === '') !== first) return undefined;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(key ?? quoted!.replace(/\\(.)/g, '$1'));
  }
  return steps.length === 0 ? undefined : steps;
}

/** The text, number, boolean or null at a path of a JSON document. Never throws. */
export function readJsonValue(document: string, path: JsonPath): JsonRead {
  if (isHtml(document)) return missing('the document is HTML, not JSON');
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return missing('the document is not JSON');
  }
  for (const [i, step] of path.entries()) {
    const inside = typeof step === 'number' ? Array.isArray(value) : isMapping(value);
    if (!inside || !Object.hasOwn(value as object, step))
      return missing(`the document has no ${formatJsonPath(path.slice(0, i + 1))}`);
    value = (value as Record<string | number, unknown>)[step];
  }
  if (typeof value === 'object' && value !== null)
    return missing(`${formatJsonPath(path)} is a ${Array.isArray(value) ? 'list' : 'mapping'}, not a value`);
  return { ok: true, value: value as JsonScalar };
}

export function formatJsonPath(path: JsonPath): string {
  const steps = path.map((step, i) => {
    if (typeof step === 'number') return `[${step}]`;
    if (/[.[\]"\s]/.test(step) || step === '') return `[${JSON.stringify(step)}]`;
    return i === 0 ? step : `.${step}`;
  });
  return steps.join('');
}

function missing(reason: string): JsonRead {
  return { ok: false, reason };
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
