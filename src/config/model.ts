import type { WireName } from '../dns/names.ts';
import type { IpAddress } from '../ip/address.ts';
import type { Prefix } from '../ip/prefix.ts';

/** The config after validation: every default filled in, every path absolute, every reference resolved. */
export interface Config {
  readonly file: string;
  readonly node: { readonly name: string };
  readonly listen: Listen;
  readonly dns: DnsOptions;
  /** Undefined: answers over UDP are not limited. */
  readonly rateLimit: RateLimitConfig | undefined;
  readonly state: { readonly directory: string };
  /** Undefined: no query is logged. */
  readonly queryLog: QueryLogConfig | undefined;
  readonly geo: { readonly databases: readonly GeoSource[] };
  /** In the order of the file: the order of last resort for clients that no database places. */
  readonly regions: readonly Region[];
  readonly pools: readonly Pool[];
  readonly policies: readonly Policy[];
  readonly zones: readonly ZoneSource[];
}

export interface Listen {
  readonly dns: readonly SocketAddress[];
  /** Undefined turns the HTTP side off. */
  readonly http: SocketAddress | undefined;
  /** UDP workers. */
  readonly workers: number;
  /** DNS over TLS. */
  readonly tls: readonly TlsListener[];
  /** Networks whose peers put a PROXY v2 header before what they pass on. */
  readonly proxy: readonly Prefix[];
  readonly tcp: TcpLimits;
}

export interface TlsListener extends TlsPair {
  readonly socket: SocketAddress;
}

/** A certificate with its key, as they were read from their files. */
export interface TlsPair {
  /** Absolute paths. */
  readonly files: { readonly certificate: string; readonly key: string };
  readonly identity: TlsIdentity;
  /** The end of the certificate's validity, milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** What a server shows to prove who it is, PEM text. Never to be logged or shown. */
export interface TlsIdentity {
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** Bounds of the connections over TCP and TLS. */
export interface TcpLimits {
  readonly connections: number;
  readonly perClient: number;
  readonly idleMs: number;
}

/** Undefined texts are not told to anybody. */
export interface DnsOptions {
  /** Largest UDP answer, bytes. */
  readonly udpBytes: number;
  readonly nsid: string | undefined;
  /** CH TXT version.bind, version.server */
  readonly version: string | undefined;
  /** CH TXT id.server, hostname.bind */
  readonly identity: string | undefined;
  /** Secrets that several nodes share, 16 bytes each; `own`: one that the state directory keeps. */
  readonly cookies: 'off' | 'own' | readonly Uint8Array[];
}

/** Answers a second over UDP to one network of clients; 0: no limit. */
export interface RateLimitConfig {
  /** With records, a name. */
  readonly responses: number;
  /** Without: names or types that do not exist, referrals; a zone. */
  readonly negatives: number;
  readonly errors: number;
  /** Every how manieth limited answer is sent empty, with TC; 0: none. */
  readonly slip: number;
  /** Bits of a client's address that make its network. */
  readonly prefix4: number;
  readonly prefix6: number;
  /** Networks that no limit holds for. */
  readonly allow: readonly Prefix[];
}

export interface SocketAddress {
  readonly address: IpAddress;
  readonly port: number;
}

export interface QueryLogConfig {
  readonly format: 'json' | 'dnstap';
  /** Absolute paths. */
  readonly to:
    | { readonly socket: string }
    /** `maxBytes` undefined: no rotation by size. `keep`: old files. */
    | { readonly file: string; readonly maxBytes: number | undefined; readonly keep: number };
  /** Of all queries, above 0, at most 1. */
  readonly share: number;
  /** `cut`: clients and client subnets to /24 and /56. */
  readonly addresses: 'cut' | 'full';
}

/** `bundled` stands for the files of the data package; a path is absolute. */
export type GeoSource = 'bundled' | { readonly path: string };

export interface Region {
  readonly name: string;
  readonly title: string;
  /** Degrees: north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
}

export interface Monitor {
  readonly name: string;
  readonly intervalMs: number;
  /** The whole probe's deadline: connect, TLS, request, body. */
  readonly timeoutMs: number;
  /** Failures that take an endpoint out; successes in a row that bring it back. */
  readonly fall: number;
  readonly rise: number;
  readonly check: HttpCheck | TcpCheck;
}

export interface TcpCheck {
  readonly type: 'tcp';
  readonly port: number | undefined;
}

export interface HttpCheck {
  readonly type: 'http' | 'https';
  /** Undefined: 80 or 443. */
  readonly port: number | undefined;
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** Host header and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of accepted statuses. */
  readonly status: readonly (readonly [number, number])[];
  /** Text that the first 64 KiB of the body must hold. */
  readonly body: string | undefined;
  /** False skips certificate checks: named so that it cannot be overlooked. https only. */
  readonly verifyCertificate: boolean;
  /** PEM of additional authorities, read at load. https only. */
  readonly ca: string | undefined;
}

export interface Pool {
  readonly name: string;
  /** Undefined: the endpoints count as up. */
  readonly monitor: Monitor | undefined;
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  /** Unique in its pool. */
  readonly name: string;
  /** Index into `Config.regions`. */
  readonly region: number;
  readonly address: IpAddress;
  /** 0–1000; 0 takes no share while any other is up. */
  readonly weight: number;
  /** Where the monitor checks; the port of the monitor when undefined here. */
  readonly probe: { readonly address: IpAddress; readonly port: number | undefined };
}

export type AllDown = 'serve-all' | 'last-known-good' | 'nodata';

interface PolicyBase {
  readonly name: string;
  /** Index into `Config.pools`. */
  readonly pool: number;
  readonly ttlSeconds: number;
  /** Most addresses in one answer. */
  readonly answers: number;
  readonly allDown: AllDown;
}

export interface NearestPolicy extends PolicyBase {
  readonly type: 'nearest';
}

export interface FailoverPolicy extends PolicyBase {
  readonly type: 'failover';
  /** Tiers in order of preference, each a list of indexes into the pool's endpoints. */
  readonly tiers: readonly (readonly number[])[];
}

export interface WeightedPolicy extends PolicyBase {
  readonly type: 'weighted';
  /** `pool`: one share for the whole world; `region`: the nearest region first, by weight inside it. */
  readonly within: 'pool' | 'region';
}

export type Policy = NearestPolicy | FailoverPolicy | WeightedPolicy;

export interface ZoneSource {
  readonly apex: WireName;
  readonly source: { readonly file: string } | { readonly lines: readonly InlineLine[] };
  readonly steer: readonly Steer[];
}

/** One line of `zones[].records`, with its place in the config file. */
export interface InlineLine {
  readonly text: string;
  readonly line: number;
}

export interface Steer {
  readonly owner: WireName;
  /** Index into `Config.policies`. */
  readonly policy: number;
  readonly line: number;
  readonly column: number;
}
