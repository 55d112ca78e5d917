import { RrType, typeName } from '../dns/constants.ts';
import { formatName, isAtOrBelow, type WireName } from '../dns/names.ts';
import type { Problem } from '../runtime/problem.ts';
import { NameIndex } from './name-index.ts';
import { ProblemList } from './problem-list.ts';
import type { Zone, ZoneRecord } from './record.ts';

/** A steered name and where the config says so. */
export interface SteeredName {
  readonly owner: WireName;
  readonly line: number;
  readonly column: number;
  /** Types that the policy answers; `all`: with an alias. */
  readonly types: readonly number[] | 'all';
}

/** Checks the names that policies answer for against what the zone says about them. All problems are errors. */
export function checkSteering(zone: Zone, steers: readonly SteeredName[], configFile: string): Problem[] {
  if (steers.length === 0) return [];
  const problems = new ProblemList();
  const steered = new NameIndex();
  for (const { owner } of steers) steered.add(owner);
  const clashes = findClashes(zone, steered, steers);
  const cuts = findCuts(zone);
  const first = new Map<number, SteeredName>();
  for (const steer of steers) {
    const { owner, line, column } = steer;
    const say = (what: string) =>
      problems.error('ZONE_STEER', { file: configFile, line, column }, `${formatName(owner)} ${what}`);
    const number = steered.find(owner);
    const twin = first.get(number);
    if (twin === undefined) first.set(number, steer);
    else say(`is steered on line ${twin.line} already`);
    if (!isAtOrBelow(owner, zone.apex)) say(`is outside the zone ${formatName(zone.apex)}`);
    const clash = clashes.get(number);
    if (clash !== undefined) say(`is steered, but has ${shown(clash)}`);
    const cut = cuts.above(owner);
    if (cut !== undefined) say(`is steered, but hidden by ${shown(cut)}`);
  }
  return problems.list(configFile);
}

/** The first record of each steered name that a policy would contradict: one of its types, or an alias. */
function findClashes(
  zone: Zone,
  steered: NameIndex,
  steers: readonly SteeredName[],
): Map<number, ZoneRecord> {
  const types = new Map(steers.map((steer) => [steered.find(steer.owner), steer.types]));
  const clashes = new Map<number, ZoneRecord>();
  for (const record of zone.records) {
    const number = steered.find(record.owner);
    if (number < 0 || clashes.has(number)) continue;
    const own = types.get(number)!;
    if (own === 'all' || record.type === RrType.CNAME || own.includes(record.type))
      clashes.set(number, record);
  }
  return clashes;
}

/** The delegations and DNAMEs of the zone. */
function findCuts(zone: Zone): { above(name: WireName): ZoneRecord | undefined } {
  const names = new NameIndex();
  const records: ZoneRecord[] = [];
  for (const record of zone.records) {
    const isDelegation = record.type === RrType.NS && record.owner.length > zone.apex.length;
    if (!isDelegation && record.type !== RrType.DNAME) continue;
    if (names.add(record.owner) === records.length) records.push(record);
  }
  return {
    /** A delegation at the name or above it, or a DNAME above it: beside a DNAME addresses may stand. */
    above(name) {
      for (let at = 0; at < name.length; at += name[at]! + 1) {
        const record = records[names.find(name, at)];
        if (record !== undefined && (at > 0 || record.type === RrType.NS)) return record;
      }
      return undefined;
    },
  };
}

function shown(record: ZoneRecord): string {
  return `${typeName(record.type)} in ${record.file}:${record.line}`;
}
