import type { Coordinates } from '../../src/geo/distance.ts';
import { formatAddress } from '../../src/ip/address.ts';

/** One network of a test database: the top `length` bits of `start`. A place of undefined is a record without one. */
export interface Network<T = Coordinates> {
  readonly start: bigint;
  readonly length: number;
  readonly place: T | undefined;
}

/** A database as the list of what was inserted; a later network wins. IPv4 in a file for IPv6 is below ::/96. */
export interface Database<T = Coordinates> {
  readonly ipVersion: 4 | 6;
  readonly networks: readonly Network<T>[];
}

/**
 * The geo map by its definition and nothing else: linear search, haversine, and for a scope every prefix from the
 * shortest on.
 */
export class Oracle {
  private readonly databases: readonly Database[];
  private readonly regions: readonly Coordinates[];
  private readonly sets: readonly (readonly number[])[];

  constructor(
    databases: readonly Database[],
    regions: readonly Coordinates[],
    sets: readonly (readonly number[])[],
  ) {
    this.databases = databases;
    this.regions = regions;
    this.sets = sets;
  }

  ranking4(address: bigint): readonly number[] {
    return this.rank((database) => lookUp(database, address));
  }

  /** For an address that carries no IPv4 address. */
  ranking6(address: bigint): readonly number[] {
    const isIpv4Tree = address >> 32n === 0n;
    return this.rank((database) => {
      return database.ipVersion === 4 || isIpv4Tree ? undefined : lookUp(database, address);
    });
  }

  scope4(address: bigint): number {
    return shortest(32, address, this.boundaries(4), (point) => this.ranking4(point).join());
  }

  scope6(address: bigint): number {
    const answer = (point: bigint) => (isElsewhere(point) ? 'elsewhere' : this.ranking6(point).join());
    return shortest(128, address, this.boundaries(6), answer);
  }

  boundaries(family: 4 | 6): bigint[] {
    return boundariesOf(family, this.databases);
  }

  private rank(look: (database: Database) => Coordinates | undefined): readonly number[] {
    for (const database of this.databases) {
      const place = look(database);
      if (place !== undefined) return this.order(place);
    }
    return [...this.regions.keys()];
  }

  private order(place: Coordinates): readonly number[] {
    const exact = byDistance(this.regions, place);
    if (this.regions.length <= 8) return exact;
    const isEnough = (front: readonly number[]) =>
      this.sets.every((set) => {
        const members = new Set(set).size;
        const wanted = members <= 4 ? members - 1 : 4;
        return front.filter((region) => set.includes(region)).length >= wanted;
      });
    let cut = 1;
    while (!isEnough(exact.slice(0, cut))) cut++;
    const front = exact.slice(0, cut);
    const rest = byDistance(this.regions, this.regions[front[0]!]!);
    return [...front, ...rest.filter((region) => !front.includes(region))];
  }
}

/** Blocks of IPv6 that are looked up as IPv4, and ::/96 is no such block. */
const elsewhere = [
  { start: 0xffff_0000_0000n, end: 0x1_0000_0000_0000n },
  { start: 0x64_ff9bn << 96n, end: (0x64_ff9bn << 96n) + (1n << 32n) },
  { start: 0x2001_0000n << 96n, end: 0x2001_0001n << 96n },
  { start: 0x2002n << 112n, end: 0x2003n << 112n },
];

export function isElsewhere(address: bigint): boolean {
  return elsewhere.some(({ start, end }) => address >= start && address < end);
}

/** Every address at which an answer may change. */
export function boundariesOf(family: 4 | 6, databases: readonly Database<unknown>[]): bigint[] {
  const points = databases.flatMap(({ ipVersion, networks }) =>
    networks.flatMap(({ start, length }) => {
      const end = start + (1n << BigInt((ipVersion === 4 ? 32 : 128) - length));
      return [start, end];
    }),
  );
  const bits = family === 4 ? 32n : 128n;
  const fixed = family === 4 ? [0n] : elsewhere.flatMap(({ start, end }) => [start, end]);
  return [...new Set([0n, 1n << 32n, ...points, ...fixed])].filter((point) => point < 1n << bits);
}

export function haversineKm(a: Coordinates, b: Coordinates): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const h =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function textOf(address: bigint, ipVersion: 4 | 6): string {
  const bytes = Uint8Array.from(
    { length: ipVersion === 4 ? 4 : 16 },
    (_, i, length = ipVersion === 4 ? 4 : 16) => Number((address >> BigInt(8 * (length - 1 - i))) & 0xffn),
  );
  return formatAddress({ family: ipVersion, bytes });
}

export function lookUp<T>(database: Database<T>, address: bigint): T | undefined {
  const bits = database.ipVersion === 4 ? 32 : 128;
  return database.networks.findLast(
    ({ start, length }) => address >> BigInt(bits - length) === start >> BigInt(bits - length),
  )?.place;
}

export function byDistance(regions: readonly Coordinates[], place: Coordinates): number[] {
  const distances = regions.map((region) => haversineKm(region, place));
  return [...regions.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
}

export function shortest(
  bits: number,
  address: bigint,
  boundaries: readonly bigint[],
  answer: (point: bigint) => string,
): number {
  const own = answer(address);
  for (let length = 0; length < bits; length++) {
    const host = BigInt(bits - length);
    const start = (address >> host) << host;
    const inside = boundaries.filter((point) => point >= start && point < start + (1n << host));
    if ([start, ...inside].every((point) => answer(point) === own)) return length;
  }
  return bits;
}
