import fc from 'fast-check';
import { MmdbWriter, type Value } from '../../geodb/mmdb-writer.ts';
import { MemoryBytes } from '../../src/geo/bytes.ts';
import type { WalkSource } from '../../src/geo/walk.ts';
import { databaseInfo } from './databases.ts';
import { type Database, type Network, textOf } from './oracle.ts';

/** Bases that networks crowd around, so that they nest, touch and cover one another. */
export const bases4 = [0n, 0x0a00_0000n, 0xc000_0200n, 0xc000_0280n, 0xffff_ff00n, 0x0a00_ffffn];
export const bases6 = [
  ...[0n, 0xffff_0000_0000n, 0x64_ff9bn << 96n, 0x2001_0000n << 96n, 0x2002n << 112n, (1n << 128n) - 1n],
  ...[0x2001_0db8n << 96n, (0x2001_0db8n << 96n) + (0x10002n << 48n), (0x2a00_1450n << 96n) + 0x1_0000_0007n],
];

export const place = fc.record({
  latitude: fc.integer({ min: -80, max: 80 }),
  longitude: fc.integer({ min: -170, max: 170 }),
});

/** A block of addresses near one of the bases. */
export function block(bases: readonly bigint[], bits: number, minLength = 1) {
  const parts = fc.record({
    base: fc.constantFrom(...bases),
    flip: fc.integer({ min: 0, max: bits - 1 }),
    length: fc.integer({ min: minLength, max: bits }),
  });
  return parts.map(({ base, flip, length }) => {
    const host = BigInt(bits - length);
    return { start: ((base ^ (1n << BigInt(flip))) >> host) << host, length };
  });
}

function networks<T>(
  bases: readonly bigint[],
  bits: number,
  record: fc.Arbitrary<T | undefined>,
): fc.Arbitrary<Network<T>[]> {
  const one = fc.tuple(block(bases, bits), record).map(([where, place]) => ({ ...where, place }));
  return fc.array(one, { maxLength: 12 });
}

/** A database of either family. */
export function database<T>(record: fc.Arbitrary<T | undefined>): fc.Arbitrary<Database<T>> {
  return fc.oneof(
    networks(bases4, 32, record).map((list) => ({ ipVersion: 4 as const, networks: list })),
    networks([...bases6, ...bases4], 128, record).map((list) => ({ ipVersion: 6 as const, networks: list })),
  );
}

/** Off the grid of places, each by another step: no place is as far from one region as from another. */
export function regionsUpTo(maxLength: number) {
  return fc.array(place, { minLength: 1, maxLength }).map((list) =>
    list.map(({ latitude, longitude }, i) => ({
      latitude: latitude + 0.0131 * (i + 1) ** 2,
      longitude: longitude + 0.0173 * (i + 1) ** 2,
    })),
  );
}

/** Boundaries, their neighbours and some others: at most 60, spread over all. */
export function around(boundaries: readonly bigint[], extra: readonly bigint[], bits: number): bigint[] {
  const limit = 1n << BigInt(bits);
  const all = [
    ...boundaries.flatMap((point) => [point - 1n, point, point + 1n]),
    ...extra.map((point) => point % limit),
  ];
  const inside = all.filter((point) => point >= 0n && point < limit);
  const step = Math.ceil(inside.length / 60);
  return inside.filter((_, i) => i % step === 0);
}

/** The database as a file; `write` gives the record of a place. */
export function sourceOf<T>(
  { ipVersion, networks }: Database<T>,
  recordSize: 24 | 28 | 32,
  write: (place: T) => Value,
): WalkSource {
  const writer = new MmdbWriter({ ipVersion, recordSize, databaseType: 'test', buildEpoch: 0 });
  for (const { start, length, place } of networks) {
    const record = place === undefined ? { city: 'Nowhere' } : write(place);
    writer.insert(`${textOf(start, ipVersion)}/${length}`, record);
  }
  const { bytes } = writer.encode();
  return { info: databaseInfo(bytes), load: () => new MemoryBytes(bytes) };
}
