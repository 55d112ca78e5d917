import { parseName, type WireName } from '../../src/dns/names.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { formatRecord } from '../../src/zone/format.ts';
import { type LoadedZone, loadZone, type ZoneInput } from '../../src/zone/zone.ts';

/** A name that must parse. */
export function wireName(text: string): WireName {
  const result = parseName(text);
  if (!result.ok) throw new Error(result.reason);
  return result.name;
}

export const apex = wireName('example.com.');

/** What every test zone needs; lines of `body` count from 3 on. */
export const header = '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 5\n@ NS ns.example.net.\n';

export function loadText(text: string, more: Partial<ZoneInput> = {}): LoadedZone {
  return loadZone({ apex, file: 'z', source: { bytes: Buffer.from(text, 'latin1') }, ...more });
}

/** The problems of a zone as an operator sees them. */
export function problemsOf(text: string, more: Partial<ZoneInput> = {}): string[] {
  return loadText(text, more).problems.map(formatProblem);
}

/** Records as text, blanks single; the zone must have no error. */
export function recordsOf(text: string, more: Partial<ZoneInput> = {}): string[] {
  const { zone, problems } = loadText(text, more);
  if (zone === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return zone.records.map((record) => formatRecord(record).replaceAll('\t', ' '));
}
