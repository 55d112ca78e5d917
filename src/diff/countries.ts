import { type GeoSource, loadGeo } from '../geo/load.ts';
import { GeoMap } from '../geo/map.ts';
import { MatchNumber } from '../geo/match-view.ts';
import type { View } from '../geo/views.ts';
import { populations } from './populations.ts';

/** Client → number of its country; one that is in no country that we know counts as a network and stands for no people. */
export interface Countries {
  readonly map: GeoMap;
  /** ISO 3166-1 alpha-2 by number; undefined where there is none. */
  readonly codes: readonly (string | undefined)[];
}

/** No database has the client. */
export const UNPLACED = MatchNumber.UNPLACED;

/** Compiles the view of countries; takes some seconds. OperatorError: GEO_MISSING, GEO_INVALID. */
export function loadCountries(sources: readonly GeoSource[]): Countries {
  const known = [...populations.keys()];
  const entries = known.map((country) => ({ keys: [{ kind: 'country', country } as const] }));
  const view: View = { kind: 'match', entries };
  const { maps } = loadGeo({ sources, regions: [], sets: [], views: [view], cacheDirectory: undefined });
  return { map: new GeoMap(maps[0]!), codes: [undefined, undefined, ...known] };
}

/** People of a country by its number, in thousands; 0 where nobody knows. */
export function peopleOf({ codes }: Countries, country: number): number {
  return populations.get(codes[country] ?? '') ?? 0;
}
