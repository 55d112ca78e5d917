import type { WireName } from '../dns/names.ts';
import { quote } from '../dns/quote.ts';
import { parseRdata } from '../dns/rdata.ts';
import { WireWriter } from '../dns/wire.ts';
import { Words } from '../dns/words.ts';
import { readName } from '../dns/words-name.ts';
import { readBytes } from '../dns/words-string.ts';
import { limits } from '../runtime/limits.ts';
import type { Included } from './include.ts';
import type { Place, ProblemList } from './problem-list.ts';
import { readHead } from './record-head.ts';
import type { RecordStore } from './record-store.ts';
import { Section } from './section.ts';
import { Tokenizer } from './tokenizer.ts';

/** One line of records that stand in the config file, with its line there. */
export interface InlineLine {
  readonly text: string;
  readonly line: number;
}

/** Scratch for one record's data: reading is synchronous, and each record is copied out before the next. */
const rdata = new WireWriter();

/**
 * Reads master files (RFC 1035 §5, with $TTL of RFC 2308 §4 and the generic forms of RFC 3597 §5) into a store.
 * A fault is told with its place and reading goes on with the next entry, so that all faults are told at once.
 */
export class MasterFileReader {
  private readonly store: RecordStore;
  private readonly problems: ProblemList;
  private readonly readInclude: (path: string) => Included;
  private includes = 0;
  private bytesRead = 0;

  /** `readInclude` returns the file that an `$INCLUDE` line names; it must not throw. */
  constructor(store: RecordStore, problems: ProblemList, readInclude: (path: string) => Included) {
    this.store = store;
    this.problems = problems;
    this.readInclude = readInclude;
  }

  /** Reads a zone file; names in it are relative to `origin` until a $ORIGIN line. */
  readFile(file: string, bytes: Uint8Array, origin: WireName): void {
    this.readSection(new Section(file, origin, undefined), bytes);
  }

  /** Reads lines of the config file, which may hold all but $INCLUDE. */
  readLines(file: string, lines: readonly InlineLine[], origin: WireName): void {
    const section = new Section(file, origin, undefined);
    for (const { text, line } of lines) {
      const words = new Words(Buffer.from(text));
      const tokens = new Tokenizer(words);
      while (tokens.next()) this.readEntry(section, words, tokens, line);
    }
  }

  private readSection(section: Section, bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    const wrong = this.unreadable(bytes);
    if (wrong !== undefined) {
      this.problems.error('ZONE_READ', { file: section.file, line: 0 }, wrong);
      return;
    }
    const words = new Words(bytes);
    const tokens = new Tokenizer(words, hasByteOrderMark(bytes) ? 3 : 0);
    while (tokens.next() && this.store.records.length <= limits.zoneRecords) {
      this.readEntry(section, words, tokens, 0);
    }
  }

  private unreadable(bytes: Uint8Array): string | undefined {
    if (this.bytesRead > limits.zoneFileBytes) return `the zone is larger than ${limits.zoneFileBytes} bytes`;
    const mark = bytes.length < 2 ? 0 : bytes[0]! * 256 + bytes[1]!;
    return mark === 0xfeff || mark === 0xfffe ? 'the file is UTF-16; save it as UTF-8' : undefined;
  }

  /** `fixedLine` is the line to tell for the whole entry; 0 for the entry's own lines. */
  private readEntry(section: Section, words: Words, tokens: Tokenizer, fixedLine: number): void {
    const { file } = section;
    words.origin = section.origin;
    const place = (offset: number): Place =>
      fixedLine > 0 ? { file, line: fixedLine } : { file, ...tokens.place(offset) };
    if (!tokens.startsBlank && words.count > 0 && words.file[words.start(0)] === 0x24) {
      this.readDirective(section, words, fixedLine > 0, place);
    } else {
      if (!tokens.startsBlank) section.startOwner();
      if (words.fault === undefined) this.readRecord(section, words, tokens, fixedLine || tokens.entryLine);
    }
    if (words.fault !== undefined) {
      this.problems.error('ZONE_SYNTAX', place(words.fault.offset), words.fault.message);
    }
  }

  private readRecord(section: Section, words: Words, tokens: Tokenizer, line: number): void {
    const { owner } = section;
    if (tokens.startsBlank) {
      if (!section.hasOwner)
        words.fail('a record without an owner name, and none before it to take it from', 0);
    } else {
      readName(words, 'the owner name', owner);
    }
    const type = readHead(words, section);
    if (words.fault !== undefined || !parseRdata(type, words, rdata) || owner.length === 0) return;
    const { store } = this;
    if (store.records.length === limits.zoneRecords) {
      words.fail(`the zone has more than ${limits.zoneRecords} records; the rest is not read`, 0);
    }
    store.add(owner, type, section.ttlSeconds, rdata, section.file, line);
  }

  private readDirective(
    section: Section,
    words: Words,
    inline: boolean,
    place: (offset: number) => Place,
  ): void {
    const name = words.plain('a directive').toUpperCase();
    if (words.fault !== undefined) return;
    if (name === '$TTL') section.defaultTtl = words.ttl('the TTL');
    else if (name === '$ORIGIN') section.origin = readOrigin(words);
    else if (name === '$INCLUDE' && inline) words.fail('$INCLUDE works in zone files only');
    else if (name === '$INCLUDE') this.readIncludeLine(section, words, place);
    else words.fail(`${words.shown(0)} is unknown; known are $ORIGIN, $TTL and $INCLUDE`);
    if (!words.atEnd) words.fail(`${words.shown(words.next)} stands behind the end of ${name}`, words.next);
  }

  /** An included file starts with the origin and TTLs of this one; nothing comes back (RFC 1035 §5.1). */
  private readIncludeLine(section: Section, words: Words, place: (offset: number) => Place): void {
    const text = new WireWriter();
    readBytes(words, 'the file', 4096, text);
    const origin = words.atEnd ? section.origin : readOrigin(words);
    if (words.fault !== undefined || !words.atEnd) return;
    if (section.depth === limits.includeDepth) {
      words.fail(`files include each other more than ${limits.includeDepth} deep`, 0);
    } else if (this.includes++ === limits.zoneIncludes) {
      words.fail(`the zone includes more than ${limits.zoneIncludes} files; the rest is not read`, 0);
    }
    if (this.includes > limits.zoneIncludes || words.fault !== undefined) return;
    const path = Buffer.from(text.bytes.subarray(0, text.length)).toString();
    const found = this.readInclude(path);
    if ('reason' in found) {
      this.problems.error(
        'ZONE_READ',
        place(words.start(1)),
        `cannot include ${quote(path)}: ${found.reason}`,
      );
    } else if (section.isInside(found.file)) words.fail(`${quote(path)} includes itself`, 1);
    else this.readSection(new Section(found.file, origin, section), found.bytes);
  }
}

function readOrigin(words: Words): WireName {
  const out = new WireWriter(limits.nameBytes);
  readName(words, 'the origin', out);
  return words.fault === undefined ? out.bytes.slice(0, out.length) : words.origin;
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
