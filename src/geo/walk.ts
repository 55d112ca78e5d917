import { type Bytes, namingFile } from './bytes.ts';
import { type DatabaseInfo, dataOffset } from './database.ts';
import { ipv4Blocks, ipv4Tree, isNotIpv6 } from './ipv4-blocks.ts';
import { RecordReader } from './record-reader.ts';
import { RecordTable } from './record-table.ts';
import { ELSEWHERE, NOTHING, overlay, RunList, UNPLACED, uniform } from './runs.ts';
import { SearchTree } from './search-tree.ts';

/** One database as the compiler needs it. */
export interface WalkSource {
  readonly info: DatabaseInfo;
  /** The whole file; the walk lets go of it before it loads the next. */
  load(): Bytes;
}

/** What a view wants to know of every record. */
export interface Question {
  readonly about: 'place' | 'system';
  /** UNPLACED when the record says nothing; then the next database is asked. */
  answer(record: RecordReader): number;
}

/** The answers to one question over all addresses. */
export interface Layer {
  readonly ipv4: RunList;
  readonly ipv6: RunList;
}

export interface Walked {
  /** In the order of the questions. */
  readonly layers: readonly Layer[];
  /** For each source, whether any record told a place or an AS number. */
  readonly found: readonly { readonly places: boolean; readonly systems: boolean }[];
}

/**
 * Asks all records of the databases. The first database that answers a question for a prefix decides it there. Each
 * search tree is walked once per family for all questions. OperatorError: GEO_INVALID for a damaged file.
 */
export function walkDatabases(sources: readonly WalkSource[], questions: readonly Question[]): Walked {
  let layers: Layer[] = questions.map(() => ({ ipv4: uniform(4, UNPLACED), ipv6: elsewhere() }));
  const found = sources.map((source) => {
    const asked = questions.filter(({ about }) => isAsked(source.info, about));
    if (asked.length === 0) return { places: false, systems: false };
    const walked = namingFile(source.info.path, () => walkDatabase(source, asked));
    layers = layers.map((layer, i) => {
      const at = asked.indexOf(questions[i]!);
      if (at < 0) return layer;
      return {
        ipv4: overlay(layer.ipv4, walked.ipv4[at]!),
        ipv6: overlay(layer.ipv6, walked.ipv6[at]!),
      };
    });
    return walked.found;
  });
  return { layers, found };
}

/**
 * Whether a database is asked such questions: one that calls itself a database of AS numbers and of nothing else is
 * not asked for places. So a view that goes by places alone stays as it is when that file changes.
 */
export function isAsked({ type }: DatabaseInfo, about: Question['about']): boolean {
  return about === 'system' || !/asn/i.test(type) || /city|country|enterprise/i.test(type);
}

/**
 * IPv6 before any database: the blocks marked that are looked up as IPv4, so that no scope around them reaches into
 * them, and ::/96 closed to the IPv4 addresses that databases keep there.
 */
export function elsewhere(): RunList {
  const runs = uniform(6, NOTHING);
  runs.append(...ipv4Tree.next, UNPLACED);
  for (const { start, next } of ipv4Blocks) {
    runs.append(...start, ELSEWHERE);
    runs.append(...next, UNPLACED);
  }
  return runs;
}

function walkDatabase(source: WalkSource, questions: readonly Question[]) {
  const { info } = source;
  const bytes = source.load();
  const tree = new SearchTree(bytes, info.nodeCount, info.recordSize);
  const answers = new RecordAnswers(bytes, info, questions);
  const walk = (family: 4 | 6, root: number): RunList[] => {
    const lists = questions.map(() => new RunList(family));
    const skip = family === 6 ? isNotIpv6 : () => false;
    tree.walk(root, family === 4 ? 32 : 128, skip, (w0, w1, w2, w3, record) => {
      const row = answers.rowOf(record);
      for (let i = 0; i < lists.length; i++) {
        lists[i]!.append(w0, w1, w2, w3, row < 0 ? UNPLACED : answers.table.values[row + i]!);
      }
    });
    return lists;
  };
  const ipv4 = walk(4, info.ipVersion === 4 ? 0 : tree.ipv4Root());
  const ipv6 = info.ipVersion === 6 ? walk(6, 0) : questions.map(() => uniform(6, UNPLACED));
  return { ipv4, ipv6, found: { places: answers.places, systems: answers.systems } };
}

/** The answers of each data record of a file. */
class RecordAnswers {
  readonly table: RecordTable;
  /** Whether any record told a place; an AS number. */
  places = false;
  systems = false;
  private readonly info: DatabaseInfo;
  private readonly reader: RecordReader;
  private readonly questions: readonly Question[];
  private lastRecord = -1;
  private lastRow = -1;

  constructor(bytes: Bytes, info: DatabaseInfo, questions: readonly Question[]) {
    this.table = new RecordTable(questions.length);
    this.info = info;
    this.reader = new RecordReader(bytes, info.dataStart, info.dataEnd);
    this.questions = questions;
  }

  /** Where the record's answers begin in the table; −1 for the empty record. */
  rowOf(record: number): number {
    if (record === this.info.nodeCount) return -1;
    if (record === this.lastRecord) return this.lastRow;
    let row = this.table.find(record);
    if (row < 0) row = this.ask(record);
    this.lastRecord = record;
    this.lastRow = row;
    return row;
  }

  private ask(record: number): number {
    const { reader, table } = this;
    reader.read(dataOffset(this.info, record));
    this.places ||= reader.placed;
    this.systems ||= reader.asn >= 0;
    const row = table.add(record);
    for (const [i, question] of this.questions.entries()) table.values[row + i] = question.answer(reader);
    return row;
  }
}
