import type { WireName } from '../dns/names.ts';
import type { JsonPath, JsonScalar } from '../health/values/json-path.ts';
import type { IpAddress } from '../ip/address.ts';
import type { ProbeTls } from './tls-model.ts';

/** What a monitor checks, by type. Ports are undefined where the type has no usual one. */
export type ProbeCheck =
  | HttpCheck
  | TcpCheck
  | TlsCheck
  | DnsCheck
  | GrpcCheck
  | IcmpCheck
  | ExecCheck
  | ValueCheck
  | PushCheck
  | CombinedCheck;

export interface TcpCheck {
  readonly type: 'tcp';
  readonly port: number | undefined;
  /** Sent once the connection is open. */
  readonly send: string | undefined;
  /** Text that the first 64 KiB of what comes back must hold. */
  readonly expect: string | undefined;
}

export interface TlsCheck {
  readonly type: 'tls';
  readonly port: number;
  /** Name that the certificate must be for; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly tls: ProbeTls;
}

export interface HttpCheck {
  readonly type: 'http' | 'https';
  readonly port: number;
  /** `auto`: 2 where a TLS endpoint offers it, else 1.1. */
  readonly version: 'auto' | '1.1' | '2';
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** Host header and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of accepted statuses. */
  readonly status: readonly (readonly [number, number])[];
  /** Text that the first 64 KiB of the body must hold. */
  readonly body: string | undefined;
  readonly json: JsonWanted | undefined;
  /** Undefined for type http. */
  readonly tls: ProbeTls | undefined;
}

/** What must stand at a path of a body that is JSON. `equals` stands alone; bounds are inclusive. */
export interface JsonWanted extends Comparison {
  readonly path: JsonPath;
}

export interface DnsCheck {
  readonly type: 'dns';
  readonly port: number;
  readonly name: WireName;
  readonly qtype: number;
  readonly transport: 'udp' | 'tcp';
  readonly rcode: number;
  /** Data of one record of the asked type, addresses in their usual form. */
  readonly answer: string | undefined;
}

export interface GrpcCheck {
  readonly type: 'grpc';
  readonly port: number | undefined;
  /** Empty: the server as a whole. */
  readonly service: string;
  /** Authority of the call and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  /** Undefined: without TLS. */
  readonly tls: ProbeTls | undefined;
}

export interface IcmpCheck {
  readonly type: 'icmp';
  /** Not used: 0. */
  readonly port: number;
}

export interface ExecCheck {
  readonly type: 'exec';
  /** Told to the command; 0 when neither the monitor nor the endpoint names one. */
  readonly port: number;
  /** Absolute path of the program, then its arguments. */
  readonly command: readonly string[];
}

/** One value that is read and compared. Texts may hold `{address}`, `{endpoint}`, `{region}` and `{pool}`. */
export interface ValueCheck {
  readonly type: 'prometheus';
  /** Of the endpoint's own page; 0 with `url`. */
  readonly port: number;
  /** Undefined: the endpoint's own page, over HTTP. */
  readonly url: string | undefined;
  /** Of the endpoint's own page. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For a `url` of https. */
  readonly tls: ProbeTls;
  readonly source: ValueSource;
  /** The query, metric or path as it was written, for reasons. */
  readonly shown: string;
  readonly wanted: Comparison;
}

export type ValueSource =
  /** An instant query to the Prometheus whose base is the URL. */
  | { readonly kind: 'query'; readonly query: string }
  | {
      readonly kind: 'metric';
      readonly metric: string;
      readonly labels: readonly (readonly [string, string])[];
    }
  | { readonly kind: 'json'; readonly path: JsonPath };

/** All that is defined must hold. */
export interface Comparison {
  readonly equals: Exclude<JsonScalar, null> | undefined;
  readonly atMost: number | undefined;
  readonly atLeast: number | undefined;
}

export interface PushCheck {
  readonly type: 'push';
  /** Not used: 0. */
  readonly port: number;
  /** Age from which on the newest report says nothing any more. */
  readonly staleMs: number;
}

export interface CombinedCheck {
  readonly type: 'all-of' | 'any-of' | 'n-of';
  /** 0; undefined when a part has none. */
  readonly port: number | undefined;
  /** Parts that must succeed. */
  readonly need: number;
  readonly parts: readonly {
    readonly name: string;
    readonly source: IpAddress | undefined;
    readonly check: ProbeCheck;
  }[];
}
