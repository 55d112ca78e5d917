import type { CompiledView, DatabasesFound, ViewCompiler } from './compiled-view.ts';
import { emptyGeoMap } from './map.ts';
import { Measurements } from './measurements.ts';
import { type RankedRegions, Ranker } from './ranker.ts';
import { cover, ELSEWHERE, NOTHING, type RunList, UNPLACED, uniform, zip } from './runs.ts';
import type { LatencyTable } from './views.ts';
import type { Layer, Question } from './walk.ts';
import { writeMap } from './write-map.ts';

/**
 * Numbers are rankings: the regions that were measured for the client's most specific key, fastest first, then the
 * others by distance. Two things are known of each address then, its distance ranking and which measurements it has;
 * each pair of them that occurs is one ranking.
 */
export function latencyView(table: LatencyTable, ranked: RankedRegions): ViewCompiler {
  const rankings = new LatencyRankings(new Measurements(table), ranked);
  return {
    questions: rankings.questions,
    needsPlaces: true,
    finish: (layers, databases) => rankings.finish(layers, databases),
  };
}

class LatencyRankings {
  /** The distance ranking first, then measurements from the most specific key on. */
  readonly questions: readonly Question[];
  private readonly measured: Measurements;
  private readonly byDistance: Ranker;
  private readonly ranker: Ranker;

  constructor(measured: Measurements, ranked: RankedRegions) {
    this.measured = measured;
    this.byDistance = new Ranker(ranked);
    this.ranker = new Ranker(ranked);
    const { keys } = measured;
    const places: Question = {
      about: 'place',
      answer: ({ placed, latitude, longitude }) =>
        placed ? this.byDistance.rank(latitude, longitude) : UNPLACED,
    };
    const systems: Question = {
      about: 'system',
      answer: ({ asn }) => (asn < 0 ? UNPLACED : measured.numberOf(keys.ofSystem(asn))),
    };
    const countries: Question = {
      about: 'place',
      answer: (record) =>
        record.placed ? measured.numberOf(keys.ofCountry(record.country() ?? '')) : UNPLACED,
    };
    this.questions = [
      places,
      ...(keys.has('asn') ? [systems] : []),
      ...(keys.has('country') ? [countries] : []),
    ];
  }

  finish([places, ...specific]: readonly Layer[], { any, systems }: DatabasesFound): CompiledView {
    const { measured, ranker } = this;
    const isDeaf = measured.keys.has('asn') && !systems;
    const notes = isDeaf ? ['no database tells AS numbers: what was measured for them does not count'] : [];
    if (!any && !measured.keys.has('prefix')) {
      return { map: emptyGeoMap(ranker.regionCount), coarse: false, notes };
    }
    const settle = (family: 4 | 6): RunList => {
      const of = family === 4 ? 'ipv4' : 'ipv6';
      const below = specific.reduceRight((sets, layer) => cover(layer[of], sets), uniform(family, NOTHING));
      return zip(cover(measured.prefixLayer(family), below), places![of], this.pairing());
    };
    const runs = { ipv4: settle(4), ipv6: settle(6) };
    const rows = { regionCount: ranker.regionCount, table: ranker.table() };
    const coarse = this.byDistance.coarse || ranker.coarse || measured.coarse;
    return { map: writeMap(runs, ranker.count, rows), coarse, notes };
  }

  /** What `zip` makes of a set of measurements and a distance ranking; a pair seen before is not ranked again. */
  private pairing(): (set: number, place: number) => number {
    const known = new Map<number, number>();
    return (set, place) => {
      if (place === ELSEWHERE) return ELSEWHERE;
      const ranking = place === UNPLACED || place === NOTHING ? 0 : place;
      const pair = set * 65_536 + ranking;
      let number = known.get(pair);
      if (number === undefined) {
        number = this.rank(set, ranking);
        known.set(pair, number);
      }
      return number;
    };
  }

  private rank(set: number, ranking: number): number {
    const order = set === NOTHING ? [] : this.measured.orders[set]!;
    const others = this.byDistance.regionsOf(ranking).filter((region) => !order.includes(region));
    return this.ranker.rankOrder([...order, ...others]);
  }
}
