import { limits } from '../runtime/limits.ts';
import { ClientKeys } from './client-keys.ts';
import type { ViewCompiler } from './compiled-view.ts';
import { keyText } from './key-text.ts';
import { emptyGeoMap } from './map.ts';
import { prefixRuns } from './prefix-runs.ts';
import { type RankedRegions, Ranker } from './ranker.ts';
import { cover, ELSEWHERE, NOTHING, overlay, type RunList, UNPLACED, uniform, zip } from './runs.ts';
import type { LatencyRow, LatencyTable } from './views.ts';
import { elsewhere, type Layer, type Question } from './walk.ts';
import { writeMap } from './write-map.ts';

/**
 * Numbers are rankings: the regions that were measured for the client's most specific key, fastest first, then the
 * others by distance. Two things are known of each address then, its distance ranking and which measurements it has;
 * each pair of them that occurs is one ranking.
 */
export function latencyView(table: LatencyTable, ranked: RankedRegions): ViewCompiler {
  const measured = new Measurements(table);
  const { keys } = measured;
  const byDistance = new Ranker(ranked);
  const ranker = new Ranker(ranked);
  const places: Question = {
    about: 'place',
    answer: ({ placed, latitude, longitude }) => (placed ? byDistance.rank(latitude, longitude) : UNPLACED),
  };
  const countries: Question = {
    about: 'place',
    answer: (record) =>
      record.placed ? measured.numberOf(keys.ofCountry(record.country() ?? '')) : UNPLACED,
  };
  const systems: Question = {
    about: 'system',
    answer: ({ asn }) => (asn < 0 ? UNPLACED : measured.numberOf(keys.ofSystem(asn))),
  };
  const orderOf = (set: number, place: number): number => {
    const row = byDistance.regionsOf(place);
    const order = set === NOTHING ? [] : measured.orders[set]!;
    return ranker.rankOrder([...order, ...row.filter((region) => !order.includes(region))]);
  };
  const questions = [
    places,
    ...(keys.has('country') ? [countries] : []),
    ...(keys.has('asn') ? [systems] : []),
  ];
  return {
    questions,
    needsPlaces: true,
    finish: (layers, databases) => {
      const notes =
        keys.has('asn') && !databases.systems
          ? ['no database tells AS numbers: what was measured for them does not count']
          : [];
      if (!databases.any && !keys.has('prefix')) {
        return { map: emptyGeoMap(ranker.regionCount), coarse: false, notes };
      }
      const settle = (family: 4 | 6): RunList => {
        const of = family === 4 ? 'ipv4' : 'ipv6';
        const specific = [systems, countries].flatMap(
          (question) => layers[questions.indexOf(question)] ?? [],
        );
        const sets = specific.reduceRight(
          (below, layer: Layer) => cover(layer[of], below),
          uniform(family, NOTHING),
        );
        return zip(cover(measured.prefixLayer(family), sets), layers[0]![of], pairing(orderOf));
      };
      const runs = { ipv4: settle(4), ipv6: settle(6) };
      const rows = { regionCount: ranker.regionCount, table: ranker.table() };
      return {
        map: writeMap(runs, ranker.count, rows),
        coarse: byDistance.coarse || ranker.coarse || measured.coarse,
        notes,
      };
    },
  };
}

/** What `zip` makes of a set of measurements and a distance ranking; a pair that occurred before is not ranked again. */
function pairing(orderOf: (set: number, place: number) => number): (set: number, place: number) => number {
  const known = new Map<number, number>();
  return (set, place) => {
    if (place === ELSEWHERE) return ELSEWHERE;
    const ranking = place === UNPLACED || place === NOTHING ? 0 : place;
    const pair = set * 65_536 + ranking;
    let number = known.get(pair);
    if (number === undefined) {
      number = orderOf(set, ranking);
      known.set(pair, number);
    }
    return number;
  };
}

/** The rows of a table by client, and the distinct orders of regions that they come to. */
class Measurements {
  readonly keys: ClientKeys;
  /** Measured regions, fastest first; a number of a layer is a place in this list. */
  readonly orders: (readonly number[])[] = [];
  /** Whether orders ran out, so that some name the fastest region only. */
  coarse = false;
  private readonly known = new Map<string, number>();
  /** Number of each key's order. */
  private readonly numbers: readonly number[];

  constructor({ rows }: LatencyTable) {
    const clients = new Map<string, { key: LatencyRow['client']; milliseconds: Map<number, number> }>();
    for (const { client, region, milliseconds } of rows) {
      const text = keyText(client);
      const known = clients.get(text) ?? { key: client, milliseconds: new Map() };
      // Of two rows for one client and region the last counts.
      known.milliseconds.set(region, milliseconds);
      clients.set(text, known);
    }
    const all = [...clients.values()];
    this.keys = new ClientKeys(all.map(({ key }) => key));
    this.numbers = all.map(({ milliseconds }) => this.intern(fastestFirst(milliseconds)));
  }

  numberOf(key: number): number {
    return key < 0 ? NOTHING : this.numbers[key]!;
  }

  prefixLayer(family: 4 | 6): RunList {
    const numbered = this.keys.keys.flatMap((key, i) =>
      key.kind === 'prefix' ? [{ prefix: key.prefix, number: this.numbers[i]! }] : [],
    );
    const runs = prefixRuns(family, numbered);
    return family === 4 ? runs : overlay(elsewhere(), runs);
  }

  private intern(order: readonly number[]): number {
    const text = order.join();
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.orders.length >= limits.geoRankings && order.length > 1) {
      this.coarse = true;
      return this.intern(order.slice(0, 1));
    }
    this.known.set(text, this.orders.length);
    return this.orders.push(order) - 1;
  }
}

function fastestFirst(milliseconds: ReadonlyMap<number, number>): number[] {
  return [...milliseconds].sort(([a, fast], [b, slow]) => fast - slow || a - b).map(([region]) => region);
}
