import type { WireName } from '../dns/names.ts';
import type { Problem } from '../runtime/problem.ts';
import { checkZone } from './check.ts';
import type { Included } from './include.ts';
import { type InlineLine, MasterFileReader } from './master-file.ts';
import { ProblemList } from './problem-list.ts';
import type { Zone } from './record.ts';
import { RecordStore } from './record-store.ts';

export interface ZoneInput {
  /** The zone's name, and the origin of relative names. */
  readonly apex: WireName;
  /** For messages: the zone file, or the config file when the records stand inline. */
  readonly file: string;
  /** The bytes of the zone file, or the lines in the config file. */
  readonly source: { readonly bytes: Uint8Array } | { readonly lines: readonly InlineLine[] };
  /** Returns the file of an `$INCLUDE` line (`includeReader`); must not throw. Without it such lines are errors. */
  readonly readInclude?: (path: string) => Included;
  /** Names that get their addresses from a policy: a name server among them does not lack any. */
  readonly steered?: readonly WireName[];
}

export interface LoadedZone {
  /** Undefined when a problem is an error. */
  readonly zone: Zone | undefined;
  readonly problems: readonly Problem[];
}

/** Parses and checks one zone. Never throws; all problems are told at once. */
export function loadZone(input: ZoneInput): LoadedZone {
  const { apex, file, source } = input;
  const problems = new ProblemList();
  const store = new RecordStore();
  const reader = new MasterFileReader(store, problems, input.readInclude ?? noInclude);
  if ('bytes' in source) reader.readFile(file, source.bytes, apex);
  else reader.readLines(file, source.lines, apex);
  const complete = !problems.hasErrors;
  const steered = input.steered ?? [];
  const records = checkZone({ apex, file, records: store.records, complete, steered }, problems);
  return { zone: problems.hasErrors ? undefined : { apex, file, records }, problems: problems.list(file) };
}

function noInclude(): Included {
  return { reason: 'no files can be included here' };
}
