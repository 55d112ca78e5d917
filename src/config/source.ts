import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import type { ErrorCode } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import { showName } from './wording.ts';

/** Keys and indexes from the root of the file to a value. */
export type Path = readonly (string | number)[];

/** 1-based; zero where the problem is with the file as a whole. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Part = 'key' | 'value';

/** A file as plain values (mappings without prototype, lists, scalars) that remembers where each stood. */
export interface Source {
  readonly value: unknown;
  /** Of the nearest value that exists on the way to `path`. `key`: the key that leads there, if a mapping holds it. */
  place(path: Path, part: Part): Place;
}

/** What keeps a text from being read. */
export interface Fault extends Place {
  readonly code: ErrorCode;
  readonly message: string;
}

export type YamlResult = { ok: true; source: Source } | { ok: false; faults: readonly Fault[] };

/**
 * Reads one YAML 1.2 document: core schema, no merge keys, string keys only. Depth and what aliases expand to are
 * bounded, so that a small file cannot fill memory or the stack. Never throws.
 */
export function readYaml(text: string): YamlResult {
  const lines = new LineCounter();
  const reader = new Reader(lines);
  const documents = reader.compose(text);
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults };
  const root = documents[0]?.contents ?? null;
  const value = root === null ? null : reader.read(root as Node);
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults };
  return {
    ok: true,
    source: { value, place: (path, part) => reader.place(root as Node | null, path, part) },
  };
}

const yamlOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  stringKeys: true,
  resolveKnownTags: false,
  prettyErrors: false,
  logLevel: 'silent',
  // The library compares each key with each other one; `entriesOf` finds duplicates in linear time.
  uniqueKeys: false,
} as const;

class Reader {
  readonly faults: Fault[] = [];
  private readonly lines: LineCounter;
  private readonly anchors = new Map<string, Node>();
  private readonly aliased = new Map<Node, Node>();
  private readonly entries = new Map<YAMLMap, Map<string, Pair>>();
  /** Anchored nodes that are being read: an alias to one of them has no end. */
  private readonly open = new Set<Node>();
  private aliasDepth = 0;
  private aliasValues = 0;

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  compose(text: string): Document[] {
    const documents = [...new Composer(yamlOptions).compose(this.tokens(text), true, text.length)];
    for (const document of documents) {
      for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
        this.fault(
          'CONFIG_SYNTAX',
          pos[0],
          code === 'NON_STRING_KEY' ? 'a key must be plain text' : plainMessage(message),
        );
      }
    }
    const second = documents[1];
    if (second !== undefined)
      this.fault(
        'CONFIG_SYNTAX',
        second.range[0],
        'a second document starts here; wanted one document a file',
      );
    return documents as Document[];
  }

  /** The composer recurses by depth, and a stack that runs out inside it ends the process: stop before it. */
  private *tokens(text: string) {
    const parser = new Parser(this.lines.addNewLine);
    this.lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length > limits.configDepth) {
        this.fault('CONFIG_SYNTAX', parser.offset, `nested deeper than ${limits.configDepth} levels`);
        return;
      }
    }
    yield* parser.end();
  }

  read(node: Node | null): unknown {
    if (node === null) return null;
    if (this.aliasDepth > 0 && ++this.aliasValues > limits.configAliasValues) return null;
    if (isAlias(node)) return this.readAlias(node);
    const anchored = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined;
    if (!anchored) return this.readPlain(node);
    this.anchors.set(node.anchor as string, node);
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
    const target = this.anchors.get(alias.source);
    if (target === undefined || this.open.has(target)) {
      const reason = target === undefined ? 'refers to no anchor before it' : 'stands inside its own anchor';
      this.fault('CONFIG_SYNTAX', alias.range?.[0] ?? 0, `alias ${showName(`*${alias.source}`)} ${reason}`);
      return null;
    }
    this.aliased.set(alias, target);
    this.aliasDepth++;
    const value = this.read(target);
    this.aliasDepth--;
    if (this.aliasValues > limits.configAliasValues && this.faults.length === 0) {
      const message = `aliases expand to more than ${limits.configAliasValues} values`;
      this.fault('CONFIG_SYNTAX', alias.range?.[0] ?? 0, message);
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
        const message = `key ${showName(key)} stands here again; first on line ${this.at(startOf(first.key)).line}`;
        this.fault('CONFIG_DUPLICATE', startOf(pair.key), message);
      } else if (key === '__proto__') {
        // Records of the schema library drop it without a word.
        this.fault('CONFIG_KEY', startOf(pair.key), 'key `__proto__` cannot be used');
      } else entries.set(key, pair);
    }
    this.entries.set(map, entries);
    return entries;
  }

  place(root: Node | null, path: Path, part: Part): Place {
    let value: Node | null = root;
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
    return this.at(startOf((part === 'key' || empty) && key !== undefined ? key : value));
  }

  private fault(code: ErrorCode, offset: number, message: string): void {
    if (this.faults.length < limits.problems) this.faults.push({ code, message, ...this.at(offset) });
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** The library's message as ours are: one line, lower case, no full stop. */
function plainMessage(message: string): string {
  const line = message.split('\n', 1)[0]!.slice(0, 200);
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, '');
}
