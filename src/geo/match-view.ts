import { ClientKeys } from './client-keys.ts';
import type { DatabasesFound, ViewCompiler } from './compiled-view.ts';
import { isLookedUpAsIpv4 } from './ipv4-blocks.ts';
import { keyText } from './key-text.ts';
import { emptyGeoMap } from './map.ts';
import { prefixRuns } from './prefix-runs.ts';
import type { RecordReader } from './record-reader.ts';
import { cover, NOTHING, overlay, type RunList, UNPLACED, uniform } from './runs.ts';
import { hasSubdivision, knowsSubdivisions } from './subdivisions.ts';
import type { MatchEntry, MatchKey } from './views.ts';
import { elsewhere, type Question } from './walk.ts';
import { writeMap } from './write-map.ts';

/** Numbers of a match view; entry i has `FIRST_ENTRY` + i. */
export const MatchNumber = { UNPLACED: 0, NO_ENTRY: 1, FIRST_ENTRY: 2 } as const;

/** Numbers say which entry a client belongs to. Prefixes cover AS numbers, and those cover places. */
export function matchView(entries: readonly MatchEntry[]): ViewCompiler {
  const keys = new MatchedKeys(entries);
  const places: Question = { about: 'place', answer: (record) => keys.answerPlace(record) };
  const systems: Question = { about: 'system', answer: ({ asn }) => keys.answerSystem(asn) };
  const asksSystems = keys.index.has('asn');
  return {
    questions: asksSystems ? [places, systems] : [places],
    needsPlaces: ['country', 'subdivision', 'continent'].some((kind) => keys.index.has(kind as 'country')),
    finish: ([placeLayer, systemLayer], databases) => {
      const notes = keys.notes(databases);
      const numberCount = MatchNumber.FIRST_ENTRY + entries.length;
      if (!databases.any && !keys.index.has('prefix')) {
        return { map: emptyGeoMap(0, numberCount), coarse: false, notes };
      }
      const settle = (family: 4 | 6): RunList => {
        const of = family === 4 ? 'ipv4' : 'ipv6';
        const byPlace = cover(placeLayer![of], uniform(family, MatchNumber.UNPLACED));
        const bySystem = systemLayer === undefined ? byPlace : cover(systemLayer[of], byPlace);
        return cover(keys.prefixLayer(family), bySystem);
      };
      return { map: writeMap({ ipv4: settle(4), ipv6: settle(6) }, numberCount), coarse: false, notes };
    },
  };
}

/** The keys of all entries, and which of them some record had. */
class MatchedKeys {
  readonly index: ClientKeys;
  /** Number of each key's entry. */
  private readonly numbers: readonly number[];
  private readonly seen: Uint8Array;
  /** Countries that some database divides by ISO codes. */
  private readonly coded = new Set<string>();

  constructor(entries: readonly MatchEntry[]) {
    this.index = new ClientKeys(entries.flatMap(({ keys }) => keys));
    this.numbers = entries.flatMap(({ keys }, i) => keys.map(() => MatchNumber.FIRST_ENTRY + i));
    this.seen = new Uint8Array(this.numbers.length);
  }

  answerPlace(record: RecordReader): number {
    if (!record.placed) return UNPLACED;
    const country = record.country();
    if (country === undefined) return MatchNumber.NO_ENTRY;
    const { index } = this;
    // All three are looked up: a key is told as useless only when no record has it at all.
    const continent = this.see(index.ofContinentAround(country), MatchNumber.NO_ENTRY);
    const whole = this.see(index.ofCountry(country), continent);
    if (!index.dividedCountries.has(country)) return whole;
    if (record.hasSubdivisionCode()) this.coded.add(country);
    return this.see(index.ofSubdivision(country, record.subdivisionCode()), whole);
  }

  answerSystem(asn: number): number {
    return asn < 0 ? UNPLACED : this.see(this.index.ofSystem(asn), NOTHING);
  }

  prefixLayer(family: 4 | 6): RunList {
    const numbered = this.index.keys.flatMap((key, i) =>
      key.kind === 'prefix' && !this.index.isRepeated(i)
        ? [{ prefix: key.prefix, number: this.numbers[i]! }]
        : [],
    );
    const runs = prefixRuns(family, numbered);
    return family === 4 ? runs : overlay(elsewhere(), runs);
  }

  notes(databases: DatabasesFound): string[] {
    const unseen = this.index.keys.filter((_, i) => this.seen[i] === 0 && !this.index.isRepeated(i));
    const [withoutSystems, others] = partition(unseen, (key) => key.kind === 'asn' && !databases.systems);
    const [withoutAny, told] = partition(others, (key) => key.kind !== 'prefix' && !databases.any);
    const notes = told.flatMap((key) => this.note(key) ?? []);
    if (withoutSystems.length > 0)
      notes.push(`no database tells AS numbers: ${some(withoutSystems)} cannot match`);
    if (withoutAny.length > 0) notes.push(`there is no database: ${some(withoutAny)} cannot match`);
    return notes;
  }

  /** What is to be said of a key that no record had. */
  private note(key: MatchKey): string | undefined {
    const text = keyText(key);
    if (key.kind === 'prefix') {
      const lost = isLookedUpAsIpv4(key.prefix);
      return lost ? `${text} matches nobody: clients there are placed by the IPv4 address inside` : undefined;
    }
    if (key.kind !== 'subdivision' || knowsSubdivisions(key.country) || this.coded.has(key.country)) {
      return `${text} matches no record${turnedHint(key)}`;
    }
    const { country } = key;
    return `${text} cannot match: no database has ISO codes for the subdivisions of ${country}${turnedHint(key)}`;
  }

  private see(key: number, otherwise: number): number {
    if (key < 0) return otherwise;
    this.seen[key] = 1;
    return this.numbers[key]!;
  }
}

function partition<T>(list: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [list.filter(isFirst), list.filter((item) => !isFirst(item))];
}

/** The first few keys in words. */
function some(keys: readonly MatchKey[]): string {
  const shown = keys.slice(0, 8).map(keyText).join(', ');
  return keys.length > 8 ? `${shown} and ${keys.length - 8} more` : shown;
}

/** `CA-US`: the country stands first. */
function turnedHint(key: MatchKey): string {
  if (key.kind !== 'subdivision' || hasSubdivision(key.country, key.subdivision)) return '';
  const { country, subdivision } = key;
  return hasSubdivision(subdivision, country) ? `; did you mean ${subdivision}-${country}?` : '';
}
