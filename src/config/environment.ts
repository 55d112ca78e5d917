import type { TlsPair } from './model.ts';

/** What a load takes from the machine: passed in, so that a test decides it. */
export interface LoadEnvironment {
  /** Default of `node.name`. */
  readonly hostname: string;
  /** Default of `listen.workers`. */
  readonly cores: number;
  /** Default of `state.directory`: absolute, or relative to the folder of the config file. */
  readonly stateDirectory: string;
  /** The bytes of a file; throws when it cannot be read or has more than `maxBytes`. */
  readonly read: (path: string, maxBytes: number) => Uint8Array;
  /** Permission bits of a file that could be read; 0 where there are none. */
  readonly modeOf: (path: string) => number;
  /** What the process shows on its TLS listeners now; none at its start. */
  readonly pairsInUse: readonly TlsPair[];
  /** Milliseconds since 1970: certificates have dates. */
  readonly nowMs: number;
}
