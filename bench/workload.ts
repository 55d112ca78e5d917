import { writeFileSync } from 'node:fs';
import type { CityDatabase } from './city-database.ts';
import { encodeQuery, encodeStream } from './packets.ts';

/** The apex of the zone that every server of the benchmark serves. */
export const apex = 'bench.example';

/** `n0001.bench.example` … : the steered names. */
export function steeredLabels(count: number): string[] {
  const digits = Math.max(4, String(count).length);
  return Array.from({ length: count }, (_, i) => `n${String(i + 1).padStart(digits, '0')}`);
}

/**
 * Addresses that the database places, drawn evenly from the IPv4 space: big networks come as often as they are
 * big. The same seed gives the same clients.
 */
export function drawClients(database: CityDatabase, count: number, seed: number): number[] {
  const clients: number[] = [];
  const draw = xorshift(seed);
  while (clients.length < count) {
    const client = draw();
    if (database.regionOf(client) !== undefined) clients.push(client);
  }
  return clients;
}

/** A file for `dnsperf -B`: one query for each client, each for a name drawn from `labels`. */
export function writeQueryFile(
  path: string,
  labels: readonly string[],
  clients: readonly number[],
  seed: number,
): void {
  const draw = xorshift(seed);
  const messages = clients.map((client) =>
    encodeQuery({ name: `${labels[draw() % labels.length]}.${apex}`, client }),
  );
  writeFileSync(path, encodeStream(messages));
}

/** Uniform over 1 … 2³²−1. */
function xorshift(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
