import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { limits } from '../runtime/limits.ts';
import { showName } from './wording.ts';
import type { Place, YamlText } from './yaml-text.ts';

/** Keys and indexes from the root of the file to a value. */
export type Path = readonly (string | number)[];

export type Part = 'key' | 'value';

/**
 * A file as plain values (mappings without prototype, lists, scalars) that remembers where each stood. What
 * aliases expand to is bounded, so that a small file cannot fill memory. Faults are added to those of the text.
 */
export class Source {
  readonly value: unknown;
  private readonly text: YamlText;
  private readonly anchors = new Map<string, Node>();
  private readonly aliased = new Map<Node, Node>();
  private readonly entries = new Map<YAMLMap, Map<string, Pair>>();
  /** Anchored nodes that are being read: an alias to one of them has no end. */
  private readonly open = new Set<Node>();
  private aliasDepth = 0;
  private aliasValues = 0;

  constructor(text: YamlText) {
    this.text = text;
    this.value = this.read(text.root);
  }

  /** Of the nearest value that exists on the way to `path`. `key`: the key that leads there, if a mapping holds it. */
  place(path: Path, part: Part): Place {
    let value: Node | null = this.text.root;
    let key: unknown;
    for (const step of path) {
      const holder: Node | null | undefined =
        value !== null && isAlias(value) ? this.aliased.get(value) : value;
      if (isMap(holder)) {
        const pair = this.entriesOf(holder).get(String(step));
        if (pair === undefined) break;
        key = pair.key;
        value = pair.value as Node | null;
      } else if (isSeq(holder) && typeof step === 'number' && step < holder.items.length) {
        key = undefined;
        value = holder.items[step] as Node | null;
      } else break;
    }
    const empty = value === null || (isScalar(value) && value.source === '' && value.value === null);
    return this.text.place(startOf((part === 'key' || empty) && key !== undefined ? key : value));
  }

  private read(node: Node | null): unknown {
    if (node === null) return null;
    if (this.aliasDepth > 0 && ++this.aliasValues > limits.configAliasValues) return null;
    if (isAlias(node)) return this.readAlias(node);
    const anchored = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined;
    if (!anchored) return this.readPlain(node);
    // What an alias repeats does not define its anchors anew.
    if (this.aliasDepth === 0) this.anchors.set(node.anchor as string, node);
    this.open.add(node);
    const value = this.readPlain(node);
    this.open.delete(node);
    return value;
  }

  private readPlain(node: Node): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null));
    if (!isMap(node)) return null;
    const value = Object.create(null) as Record<string, unknown>;
    for (const [key, pair] of this.entriesOf(node)) value[key] = this.read(pair.value as Node | null);
    return value;
  }

  private readAlias(alias: Node & { source: string }): unknown {
    const target = this.aliased.get(alias) ?? this.anchors.get(alias.source);
    if (target === undefined || this.open.has(target)) {
      const reason = target === undefined ? 'refers to no anchor before it' : 'stands inside its own anchor';
      this.text.fault(
        'CONFIG_SYNTAX',
        alias.range?.[0] ?? 0,
        `alias ${showName(`*${alias.source}`)} ${reason}`,
      );
      return null;
    }
    this.aliased.set(alias, target);
    this.aliasDepth++;
    const value = this.read(target);
    this.aliasDepth--;
    if (this.aliasValues > limits.configAliasValues && this.text.faults.length === 0) {
      const message = `aliases expand to more than ${limits.configAliasValues} values`;
      this.text.fault('CONFIG_SYNTAX', alias.range?.[0] ?? 0, message);
    }
    return value;
  }

  private entriesOf(map: YAMLMap): Map<string, Pair> {
    const known = this.entries.get(map);
    if (known !== undefined) return known;
    const entries = new Map<string, Pair>();
    for (const pair of map.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const first = entries.get(key);
      if (first !== undefined) {
        const message = `key ${showName(key)} stands here again; first on line ${this.text.place(startOf(first.key)).line}`;
        this.text.fault('CONFIG_DUPLICATE', startOf(pair.key), message);
      } else if (key === '__proto__') {
        // Records of the schema library drop it without a word.
        this.text.fault('CONFIG_KEY', startOf(pair.key), 'key `__proto__` cannot be used');
      } else entries.set(key, pair);
    }
    this.entries.set(map, entries);
    return entries;
  }
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
