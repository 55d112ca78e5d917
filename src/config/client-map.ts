import { keyText } from '../geo/key-text.ts';
import type { MatchEntry, MatchKey, View } from '../geo/views.ts';
import { readClients } from './clients.ts';
import type { Findings } from './findings.ts';
import type { Part, Path } from './source.ts';
import { showName } from './wording.ts';

/** What stands for some clients in the file, and what they get. */
export interface ClientItem<T> {
  readonly text: string;
  readonly path: Path;
  readonly part: Part;
  readonly value: T;
}

export interface ClientMap<T> {
  readonly view: Extract<View, { kind: 'match' }>;
  /** By entry of the view. */
  readonly values: readonly T[];
}

/**
 * The view of a map from clients to values. Clients with equal values (`nameOf` tells) share an entry: neighbours
 * merge then, and answers hold for shorter prefixes. Of several keys that mean the same clients the file must hold one.
 */
export function clientMap<T>(
  items: readonly ClientItem<T>[],
  nameOf: (value: T) => string,
  findings: Findings,
): ClientMap<T> {
  const entries = new Map<string, { value: T; keys: MatchKey[] }>();
  for (const [{ value }, keys] of distinctKeys(items, findings)) {
    if (keys.length === 0) continue;
    const name = nameOf(value);
    const entry = entries.get(name);
    if (entry === undefined) entries.set(name, { value, keys: [...keys] });
    else for (const key of keys) entry.keys.push(key);
  }
  // Maps that differ in their order only are one view.
  for (const { keys } of entries.values()) keys.sort(byText);
  const all = [...entries.values()].sort((a, b) => byText(a.keys[0]!, b.keys[0]!));
  return {
    view: { kind: 'match', entries: all.map(({ keys }): MatchEntry => ({ keys })) },
    values: all.map(({ value }) => value),
  };
}

function byText(a: MatchKey, b: MatchKey): number {
  return keyText(a) < keyText(b) ? -1 : 1;
}

/** Narrow keys before wide ones, each wide one without what has been told apart already. */
function distinctKeys<T>(
  items: readonly ClientItem<T>[],
  findings: Findings,
): (readonly [ClientItem<T>, readonly MatchKey[]])[] {
  const read = items.flatMap((item) => {
    const clients = readClients(item.text);
    if (clients.ok) return [{ item, clients }];
    const message = () => `${showName(item.text)} names no clients: ${clients.reason}`;
    findings.error('CONFIG_VALUE', item.path, message, item.part);
    return [];
  });
  read.sort((a, b) => a.clients.width - b.clients.width);
  const owners = new Map<string, string>();
  return read.map(({ item, clients: { keys, width } }) => {
    const free = keys.filter((key) => !owners.has(keyText(key)));
    if (free.length === 0) findings.error('CONFIG_DUPLICATE', item.path, () => repeated(item), item.part);
    for (const key of free) owners.set(keyText(key), item.text);
    return [item, free] as const;

    function repeated({ text }: ClientItem<T>): string {
      if (width > 0) return `${showName(text)} is never reached: each of its countries stands here itself`;
      return `${showName(text)} is the same as ${showName(owners.get(keyText(keys[0]!))!)}`;
    }
  });
}
