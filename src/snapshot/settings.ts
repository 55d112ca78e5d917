import type { Prefix } from '../ip/prefix.ts';
import { limits } from '../runtime/limits.ts';

/**
 * What an operator sets about the protocol. Travels with the snapshot as plain data; a worker takes it over when its
 * `version` is another than the one in use.
 */
export interface Settings {
  /** Rises with each change of content; 0 is that of `plainSettings`. */
  readonly version: number;
  /** Largest UDP answer, bytes: 512 … `limits.udpSlotBytes`. */
  readonly udpAnswerBytes: number;
  /** Name server identifier (RFC 5001), at most `limits.identityBytes`; empty when it is not told. */
  readonly nsid: Uint8Array;
  /** What class CH tells; undefined when nothing. */
  readonly chaos: ChaosTexts | undefined;
  /** Secrets of server cookies, 16 bytes each: the first makes cookies, all verify. Empty: no cookies. */
  readonly cookieSecrets: readonly Uint8Array[];
  /** The newest geo database is older than `limits.geoStaleDays`. */
  readonly geoStale: boolean;
  /** Of answers over UDP; undefined: none. */
  readonly rateLimits: RateLimits | undefined;
}

/** How many answers a second one network of clients is sent. */
export interface RateLimits {
  /**
   * Answers a second, by `AnswerKind` (`query/rate-limit.ts`) and of all kinds and names together, at most
   * `limits.rateLimitPerSecond`; 0: no limit.
   */
  readonly perSecond: readonly [number, number, number, number];
  /** One in so many limited answers slips, by chance: 0 none, 1 all. */
  readonly slip: number;
  /** Bits of the client's address that make its network, at least 1. */
  readonly prefix4: number;
  readonly prefix6: number;
  /** Networks that no limit holds for. */
  readonly allow: readonly Prefix[];
}

/** Texts of at most `limits.identityBytes`; undefined is refused. */
export interface ChaosTexts {
  /** version.bind, version.server */
  readonly version: Uint8Array | undefined;
  /** id.server (RFC 4892) */
  readonly id: Uint8Array | undefined;
  /** hostname.bind */
  readonly hostname: Uint8Array | undefined;
}

/** Those of a worker that has not been told any. */
export const plainSettings: Settings = {
  version: 0,
  udpAnswerBytes: limits.udpAnswerBytes,
  nsid: new Uint8Array(0),
  chaos: undefined,
  cookieSecrets: [],
  geoStale: false,
  rateLimits: undefined,
};
