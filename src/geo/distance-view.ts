import type { ViewCompiler } from './compiled-view.ts';
import { emptyGeoMap } from './map.ts';
import { type RankedRegions, Ranker } from './ranker.ts';
import { cover, UNPLACED, uniform } from './runs.ts';
import type { Question } from './walk.ts';
import { writeMap } from './write-map.ts';

/** Numbers are rankings by distance × bias; 0 for clients that no database places. */
export function distanceView(bias: readonly number[], ranked: RankedRegions): ViewCompiler {
  const ranker = new Ranker(ranked, bias);
  const places: Question = {
    about: 'place',
    answer: ({ placed, latitude, longitude }) => (placed ? ranker.rank(latitude, longitude) : UNPLACED),
  };
  return {
    questions: [places],
    needsPlaces: true,
    finish: ([layer], databases) => {
      if (!databases.any) return { map: emptyGeoMap(ranker.regionCount), coarse: false, notes: [] };
      const runs = { ipv4: cover(layer!.ipv4, uniform(4, 0)), ipv6: cover(layer!.ipv6, uniform(6, 0)) };
      const rows = { regionCount: ranker.regionCount, table: ranker.table() };
      return { map: writeMap(runs, ranker.count, rows), coarse: ranker.coarse, notes: [] };
    },
  };
}
