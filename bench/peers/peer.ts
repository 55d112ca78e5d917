import type { CityDatabase } from '../city-database.ts';
import type { ServerCommand } from '../server-process.ts';

/** What a server is prepared with: the same names, regions and geo data for all. */
export interface PeerSetup {
  /** Its own, empty; paths in the config point into it. */
  readonly directory: string;
  readonly port: number;
  readonly labels: readonly string[];
  readonly databaseFile: string;
  readonly database: CityDatabase;
}

/** A server that the benchmark measures. */
export interface Peer {
  readonly name: string;
  /** Undefined when it can run; else why not, with the Debian package that would help. */
  missing(): string | undefined;
  /** Writes its config and returns the command that runs it in the foreground. */
  prepare(setup: PeerSetup): ServerCommand;
  /** False for a server that does no DNS work and so has nothing to check. */
  readonly answers: boolean;
}

/** TTL of steered answers, seconds: the same for all. */
export const steeredTtl = 20;
