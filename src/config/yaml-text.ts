import { Composer, Lexer, LineCounter, type Node, Parser } from 'yaml';
import type { ErrorCode } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';

/** 1-based; zero where the problem is with the file as a whole. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What keeps a text from being read. */
export interface Fault extends Place {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A YAML text as nodes, with the faults found in it so far: at most `limits.problems`. */
export class YamlText {
  readonly root: Node | null;
  readonly faults: Fault[] = [];
  private readonly lines = new LineCounter();

  /**
   * One YAML 1.2 document: core schema, no merge keys, string keys only. Never throws.
   * Its nodes mean nothing when there are faults.
   */
  constructor(text: string) {
    const documents = [...new Composer(options).compose(this.tokens(text), true, text.length)];
    for (const { errors, warnings } of documents) {
      for (const { code, message, pos } of [...errors, ...warnings]) {
        const plain = code === 'NON_STRING_KEY' ? 'a key must be plain text' : plainMessage(message);
        this.fault('CONFIG_SYNTAX', pos[0], plain);
      }
    }
    const [first, second] = documents;
    if (second !== undefined) {
      const message = 'a second document starts here; wanted one document a file';
      this.fault('CONFIG_SYNTAX', second.range[0], message);
    }
    this.root = (first?.contents ?? null) as Node | null;
  }

  fault(code: ErrorCode, offset: number, message: string): void {
    if (this.faults.length < limits.problems) this.faults.push({ code, message, ...this.place(offset) });
  }

  /** Of an offset in the text. */
  place(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
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
}

const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  stringKeys: true,
  resolveKnownTags: false,
  prettyErrors: false,
  logLevel: 'silent',
  // The library compares each key with each other one; `Source` finds duplicates in linear time.
  uniqueKeys: false,
} as const;

/** The library's message as ours are: one line of what can be shown, lower case, no full stop. It quotes the file. */
function plainMessage(message: string): string {
  const line = message
    .split('\n', 1)[0]!
    .slice(0, 200)
    .replace(/\p{Cc}+/gu, '�');
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, '');
}
