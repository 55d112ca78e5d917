import type { WireName } from '../dns/names.ts';
import type { View } from '../geo/views.ts';
import type { IpAddress } from '../ip/address.ts';
import type { Prefix } from '../ip/prefix.ts';
import type { ProbeCheck } from './check-model.ts';
import type { EventKind } from './event-kinds.ts';
import type { Capacity, Floor, Override, OwnerTable, Policy, Replication } from './policy-model.ts';
import type { TlsIdentity } from './tls-model.ts';

/** The config after validation: every default filled in, every path absolute, every reference resolved. */
export interface Config {
  readonly file: string;
  readonly node: { readonly name: string };
  /** SHA-256 of each token that may report health, in hexadecimal digits. */
  readonly pushTokens: readonly string[];
  readonly listen: Listen;
  readonly dns: DnsOptions;
  /** Undefined: answers over UDP are not limited. */
  readonly rateLimit: RateLimitConfig | undefined;
  readonly state: { readonly directory: string };
  /** Undefined: no query is logged. */
  readonly queryLog: QueryLogConfig | undefined;
  readonly webhooks: readonly WebhookConfig[];
  readonly geo: { readonly databases: readonly GeoSource[] };
  /** In the order of the file: the order of last resort for clients that no database places. */
  readonly regions: readonly Region[];
  readonly pools: readonly Pool[];
  readonly policies: readonly Policy[];
  /** The maps from clients to numbers that policies ask for, each different one once. */
  readonly views: readonly View[];
  readonly owners: readonly OwnerTable[];
  /** A later one beats an earlier one. */
  readonly overrides: readonly Override[];
  readonly maintenance: readonly Maintenance[];
  /** Undefined: the node never takes itself for the cause. */
  readonly selfCheck: SelfCheck | undefined;
  /** The different ways in which steered names are answered. */
  readonly steerings: readonly Steering[];
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
  /** Over UDP too, where a peer's address can be forged. */
  readonly proxyUdp: boolean;
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
  /** Of all kinds and names together. */
  readonly all: number;
  /** One in so many limited answers is sent empty, with TC; 0: none. */
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

/** Where events of the timeline are posted to. */
export interface WebhookConfig {
  readonly url: string;
  /** Posts are signed with it. */
  readonly secret: string;
  readonly kinds: ReadonlySet<EventKind>;
  /** Of one try, all of it. */
  readonly timeoutMs: number;
}

/** `bundled` stands for the files of the data package; a path is absolute. */
export type GeoSource = 'bundled' | { readonly path: string };

export interface Region {
  readonly name: string;
  readonly title: string;
  /** Degrees: north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** What it is checked by as a whole, beside its endpoints. */
  readonly check: { readonly monitor: Monitor; readonly probe: Endpoint['probe'] } | undefined;
}

export interface Monitor {
  readonly name: string;
  readonly intervalMs: number;
  /** The whole probe's deadline: connect, TLS, request, body. */
  readonly timeoutMs: number;
  /** Failures that take an endpoint out; successes in a row that bring it back. */
  readonly fall: number;
  readonly rise: number;
  /** Where probes come from; undefined: the system chooses. */
  readonly source: IpAddress | undefined;
  readonly latency: LatencyRule | undefined;
  readonly check: ProbeCheck;
}

/** An endpoint is `verdict` while the 95th percentile of its successful probes, of `window` results, is above `p95Ms`. */
export interface LatencyRule {
  readonly p95Ms: number;
  readonly window: number;
  readonly verdict: 'degraded' | 'down';
}

export interface Pool {
  readonly name: string;
  /** Undefined: the endpoints count as up. */
  readonly monitor: Monitor | undefined;
  readonly endpoints: readonly Endpoint[];
  /** Share of a region's weight that must not be down, above 0, at most 1; undefined: each endpoint for itself. */
  readonly minUp: number | undefined;
  /** Undefined: automation may take out all. */
  readonly floor: Floor | undefined;
  /** How long a region takes to get all its clients back; undefined: at once. */
  readonly rampMs: number | undefined;
  /** Of regions that have a bound. */
  readonly capacities: readonly Capacity[];
  /** Undefined: nothing keeps an endpoint that is up from taking over. */
  readonly replication?: Replication | undefined;
}

export interface Endpoint {
  /** Unique in its pool. */
  readonly name: string;
  /** Index into `Config.regions`. */
  readonly region: number;
  /** What A or AAAA answers; undefined: an endpoint by host name alone. */
  readonly address: IpAddress | undefined;
  /** Where CNAME, HTTPS, SVCB, SRV and MX lead. */
  readonly host: WireName | undefined;
  /** 0–1000; 0 takes no share while any other is up. */
  readonly weight: number;
  /** Where the monitor checks: the host when there is no address; the port of the monitor when undefined here. */
  readonly probe: { readonly address: IpAddress | undefined; readonly port: number | undefined };
}

/** A time in which endpoints are drained and their failures expected. One at least of the indexes is there. */
export interface Maintenance {
  readonly pool: number | undefined;
  readonly region: number | undefined;
  /** Of `pool`. */
  readonly endpoint: number | undefined;
  /** Wall clock ms; the end does not belong to it. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
}

/** When the node takes itself, and not its endpoints, for cut off. */
export interface SelfCheck {
  /** Of the endpoints that were up, and of their regions, above 0.5. */
  readonly share: number;
  readonly windowMs: number;
  readonly references: readonly SelfReference[];
  /** The longest TTL meanwhile. */
  readonly ttlSeconds: number;
  /** After so long it gives in. */
  readonly maxMs: number;
}

/** Something that stands outside of all regions. */
export interface SelfReference {
  /** As it is told to people. */
  readonly name: string;
  readonly type: 'tcp' | 'icmp';
  readonly address: IpAddress;
  /** 0 for icmp. */
  readonly port: number;
}

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
  /** Index into `Config.steerings`. */
  readonly steering: number;
  readonly line: number;
  readonly column: number;
}

/** How a steered name is answered. */
export interface Steering {
  /** Index into `Config.policies`. */
  readonly policy: number;
  /**
   * What becomes of endpoints that have a host name alone: `cname` answers every type with a CNAME to the host, `flatten`
   * answers A and AAAA with the host's own addresses.
   */
  readonly hosts: 'cname' | 'flatten';
  /** Undefined: not steered, so that the zone answers. */
  readonly https: ServiceForm | undefined;
  readonly svcb: ServiceForm | undefined;
  readonly srv: { readonly port: number; readonly answers: number } | undefined;
  readonly mx: { readonly answers: number } | undefined;
}

/** What HTTPS and SVCB records say besides where they lead (RFC 9460 §7). */
export interface ServiceForm {
  /** Empty: not told. */
  readonly alpn: readonly string[];
  readonly port: number | undefined;
  /** Most records, for endpoints with host names; those without share one record for the name itself. */
  readonly answers: number;
}
