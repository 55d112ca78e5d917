import { continentOf } from '../../src/geo/continents.ts';
import type { Coordinates } from '../../src/geo/distance.ts';
import type { LatencyRow, MatchEntry, MatchKey } from '../../src/geo/views.ts';
import {
  boundariesOf,
  byDistance,
  type Database,
  isElsewhere,
  lookUp,
  type Network,
  shortest,
} from './oracle.ts';

/** A record of a test database. */
export interface Facts {
  readonly place?: Coordinates & { readonly country?: string; readonly subdivision?: string };
  readonly asn?: number;
}

/** A key as the definition needs it: prefixes as numbers. */
export type OracleKey = Exclude<MatchKey, { kind: 'prefix' }> | PrefixKey;
export interface PrefixKey extends Omit<Network, 'place'> {
  readonly kind: 'prefix';
  readonly family: 4 | 6;
}

interface Client {
  readonly family: 4 | 6;
  readonly address: bigint;
  readonly place: Facts['place'];
  readonly asn: number | undefined;
}

/** Views by their definition and nothing else: each address by itself, every prefix for a scope. */
export class ViewOracle {
  private readonly databases: readonly Database<Facts>[];
  private readonly prefixes: readonly PrefixKey[];
  private readonly decide: (client: Client) => string;

  constructor(
    databases: readonly Database<Facts>[],
    keys: readonly OracleKey[],
    decide: (client: Client) => string,
  ) {
    this.databases = databases;
    this.prefixes = keys.flatMap((key) => (key.kind === 'prefix' ? [key] : []));
    this.decide = decide;
  }

  answer(family: 4 | 6, address: bigint): string {
    const isIpv4Tree = family === 6 && address >> 32n === 0n;
    if (isIpv4Tree) return this.decide({ family, address: -1n, place: undefined, asn: undefined });
    const asked = this.databases.filter(({ ipVersion }) => family === 4 || ipVersion === 6);
    const facts = asked.map((database) => lookUp(database, address));
    const place = facts.find((each) => each?.place !== undefined)?.place;
    const asn = facts.find((each) => each?.asn !== undefined)?.asn;
    return this.decide({ family, address, place, asn });
  }

  scope(family: 4 | 6, address: bigint): number {
    const answer = (point: bigint) =>
      family === 6 && isElsewhere(point) ? 'elsewhere' : this.answer(family, point);
    return shortest(family === 4 ? 32 : 128, address, this.boundaries(family), answer);
  }

  boundaries(family: 4 | 6): bigint[] {
    const own = this.prefixes.filter((prefix) => prefix.family === family);
    const networks = own.map(({ start, length }) => ({ start, length, place: undefined }));
    return boundariesOf(family, [...this.databases, { ipVersion: family, networks }]);
  }
}

export type OracleEntry = Omit<MatchEntry, 'keys'> & { readonly keys: readonly OracleKey[] };

export function matchNumber(entries: readonly OracleEntry[], client: Client): number {
  const key = deciding(
    entries.flatMap(({ keys }) => keys),
    client,
  );
  if (key !== undefined) return 2 + entries.findIndex(({ keys }) => keys.includes(key));
  return client.place === undefined ? 0 : 1;
}

export type OracleRow = Omit<LatencyRow, 'client'> & { readonly client: OracleKey };

export function latencyOrder(
  rows: readonly OracleRow[],
  regions: readonly Coordinates[],
  client: Client,
): number[] {
  const near = client.place === undefined ? [...regions.keys()] : byDistance(regions, client.place);
  const key = deciding(
    rows.map((row) => row.client),
    client,
  );
  const own = rows.filter(
    (row) => key !== undefined && JSON.stringify(plain(row.client)) === JSON.stringify(plain(key)),
  );
  const measured = (region: number) => own.findLast((row) => row.region === region)?.milliseconds;
  const known = near.filter((region) => measured(region) !== undefined);
  known.sort((a, b) => measured(a)! - measured(b)! || a - b);
  return [...known, ...near.filter((region) => measured(region) === undefined)];
}

function plain(key: OracleKey): unknown {
  return key.kind === 'prefix' ? { ...key, start: key.start.toString() } : key;
}

/** The most specific key of a client; of equally specific ones the first. */
function deciding(keys: readonly OracleKey[], client: Client): OracleKey | undefined {
  const held = keys.filter((key) => holds(key, client));
  const rank = (key: OracleKey) =>
    key.kind === 'prefix'
      ? 10 + key.length
      : ['continent', 'country', 'subdivision', 'asn'].indexOf(key.kind);
  const best = Math.max(...held.map(rank));
  return held.find((key) => rank(key) === best);
}

function holds(key: OracleKey, { family, address, place, asn }: Client): boolean {
  switch (key.kind) {
    case 'prefix': {
      const host = BigInt((family === 4 ? 32 : 128) - key.length);
      return key.family === family && address >= 0n && address >> host === key.start >> host;
    }
    case 'asn':
      return key.asn === asn;
    case 'subdivision':
      return place?.country === key.country && place.subdivision === key.subdivision;
    case 'country':
      return place?.country === key.country;
    case 'continent':
      return place?.country !== undefined && continentOf(place.country) === key.continent;
  }
}
